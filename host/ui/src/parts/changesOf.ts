// What a form changed. A dialog sends this instead of the whole row, so that what somebody else changed since the row was listed stays
// as they have it: the server leaves alone what it is not sent.

/**
 * What of `wanted` differs from what was loaded, both in the form in which they are sent; for what is new (`loaded` null) all of it.
 * Null when nothing differs, and then there is nothing to send. What is undefined is not sent; lists are compared as a whole.
 */
export function changesOf<T extends object>(loaded: Partial<T> | null, wanted: T): Partial<T> | null {
  const before = new Map<string, unknown>(Object.entries(loaded ?? {}));
  const changes = Object.entries(wanted).filter(([key, value]) => value !== undefined && !equal(before.get(key), value));
  return changes.length === 0 ? null : (Object.fromEntries(changes) as Partial<T>);
}

function equal(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
