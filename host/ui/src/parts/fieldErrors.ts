// Puts a server's complaint beside the field that it is about.
import type { ApiError } from '../api/errors';

export interface PlacedError {
  name: string;
  errors: string[];
}

/** Words of a v1.0 text that tell its field where the text does not name the key itself: `{密码: 'password'}`. */
export type Places = Record<string, string>;

/** A v2 problem names its places by pointer; a v1.0 text belongs to the first of the known fields that it names. */
export function fieldErrors(error: ApiError, known: string[], places: Places = {}): PlacedError[] {
  const placed = error.fields
    .map((field) => ({ name: field.path.replace(/^\//, '').split('/')[0] ?? '', errors: [field.message] }))
    .filter((field) => known.includes(field.name));
  if (placed.length > 0) return placed;
  const named = known.find((name) => namesKey(error.message, name)) ?? placeByWord(error.message, known, places);
  return named === undefined ? [] : [{ name: named, errors: [error.message] }];
}

function placeByWord(message: string, known: string[], places: Places): string | undefined {
  return Object.entries(places).find(([word, name]) => known.includes(name) && message.includes(word))?.[1];
}

function namesKey(message: string, name: string): boolean {
  return new RegExp(`(^|[^A-Za-z0-9_])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}([^A-Za-z0-9_]|$)`).test(message);
}
