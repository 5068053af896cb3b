// Puts a server's complaint beside the field that it is about.
import type { ApiError } from '../api/errors';

/** A field of a form as antd names it: keys from the form's value inwards. */
export type FieldPath = (string | number)[];

export interface PlacedError {
  name: FieldPath;
  message: string;
  /** Where the server has Chinese words too. */
  inChinese: string | null;
}

/** Words of a v1.0 text that tell its field where the text does not name the key itself: `{密码: 'password'}`. */
export type Places = Record<string, string>;

/**
 * A v2 problem names its places by pointer, each of which belongs to the innermost known field on its way; a v1.0 text belongs to the
 * first of the known fields that it names.
 */
export function fieldErrors(error: ApiError, known: FieldPath[], places: Places = {}): PlacedError[] {
  const placed = error.fields.flatMap(({ path, message, inChinese }): PlacedError[] => {
    const name = innermost(segments(path), known);
    return name ? [{ name, message, inChinese }] : [];
  });
  if (placed.length > 0) return placed;
  const keys = known.flatMap((path) => (path.length === 1 ? [String(path[0])] : []));
  const named = keys.find((name) => namesKey(error.message, name)) ?? placeByWord(error.message, keys, places);
  return named === undefined ? [] : [{ name: [named], message: error.message, inChinese: error.inChinese }];
}

/** Of an RFC 6901 pointer, or of a bare key. */
function segments(pointer: string): string[] {
  return pointer.replace(/^\//, '').split('/').map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function innermost(path: string[], known: FieldPath[]): FieldPath | undefined {
  const leading = known.filter((one) => one.length <= path.length && one.every((key, index) => String(key) === path[index]));
  return leading.sort((a, b) => b.length - a.length)[0];
}

function placeByWord(message: string, known: string[], places: Places): string | undefined {
  return Object.entries(places).find(([word, name]) => known.includes(name) && message.includes(word))?.[1];
}

function namesKey(message: string, name: string): boolean {
  return new RegExp(`(^|[^A-Za-z0-9_])${name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}([^A-Za-z0-9_]|$)`).test(message);
}
