// The shapes of the server's answers are made from the document that is beside them; a server's test holds that to the real routes.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

it('was made from the document that is committed', () => {
  const read = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8');
  const made = /sha256 of openapi.json: ([0-9a-f]{64})/.exec(read('./schema.ts'))?.[1];
  expect(made, 'run `npm run types`').toBe(createHash('sha256').update(read('../../openapi.json')).digest('hex'));
});
