// Short names for the shapes of the server's own document, which schema.ts is made of (`npm run types`).
import type { components } from './schema';

export type Schema = components['schemas'];

/** What a v2 list answers. */
export interface CursorPage<T> {
  items: T[];
  next_cursor: string | null;
}
