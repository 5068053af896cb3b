// What differs between two JSON documents, key by key: for snapshots of the flow log and for the audit's before and after.

export interface Difference {
  /** Keys from the top, between dots. */
  key: string;
  before: unknown;
  after: unknown;
}

const DEEPEST = 4;

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Differences in the order of the keys; lists and what is deeper than four objects are compared as a whole. */
export function differences(before: unknown, after: unknown, above = '', depth = 0): Difference[] {
  if (JSON.stringify(before) === JSON.stringify(after)) return [];
  const asObjects = isRecord(before ?? {}) && isRecord(after ?? {}) && (isRecord(before) || isRecord(after));
  if (!asObjects || depth >= DEEPEST) return [{ key: above, before, after }];
  const [was, is] = [(before ?? {}) as Record<string, unknown>, (after ?? {}) as Record<string, unknown>];
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])].sort();
  return keys.flatMap((key) => differences(was[key], is[key], above === '' ? key : `${above}.${key}`, depth + 1));
}
