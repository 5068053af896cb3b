// How the console is built: one entry, lazy pages, hashed names without times or machine paths, so that the same source gives the same bytes.
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';

const server = process.env.GAVIA_SERVER ?? 'http://127.0.0.1:8060';

export default defineConfig({
  base: '/',
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    sourcemap: false,
    // the notices that the licences of what is bundled ask for
    license: { fileName: 'licences.md' },
    reportCompressedSize: true,
    chunkSizeWarningLimit: 1600,
    modulePreload: { polyfill: false },
  },
  server: {
    port: 5173,
    proxy: Object.fromEntries(['/api', '/openapi.json', '/docs', '/healthz', '/readyz'].map((path) => [path, { target: server }])),
  },
  test: { include: ['src/**/*.test.ts'], environment: 'node' },
});
