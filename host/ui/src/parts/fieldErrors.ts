// Puts a server's complaint beside the field that it is about.
import type { ApiError } from '../api/errors';

export interface PlacedError {
  name: string;
  errors: string[];
}

/** A v2 problem names its places; a v1.0 text belongs to the first known field whose name it contains as a word. */
export function fieldErrors(error: ApiError, known: string[]): PlacedError[] {
  const placed = error.fields
    .map((field) => ({ name: field.path.replace(/^\//, '').split('/')[0] ?? '', errors: [field.message] }))
    .filter((field) => known.includes(field.name));
  if (placed.length > 0) return placed;
  const named = known.find((name) => new RegExp(`(^|[^A-Za-z0-9_])${escaped(name)}([^A-Za-z0-9_]|$)`).test(error.message));
  return named === undefined ? [] : [{ name: named, errors: [error.message] }];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
