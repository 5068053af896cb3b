// Undo and redo. Edits of one text in a row, told by the same tag, are one step back.

export interface History<T> {
  past: T[];
  present: T;
  future: T[];
  tag: string | null;
}

const STEPS_MAX = 200;

export function begun<T>(present: T): History<T> {
  return { past: [], present, future: [], tag: null };
}

export function changed<T>(history: History<T>, next: T, tag: string | null = null): History<T> {
  if (next === history.present) return history;
  if (tag !== null && tag === history.tag) return { ...history, present: next, future: [] };
  return { past: [...history.past, history.present].slice(-STEPS_MAX), present: next, future: [], tag };
}

/**
 * What was sent has been stored as `stored`, which is no step of the author's. What was changed meanwhile stays, and so does what undoing
 * and redoing lead to; `merge` brings each together with what is stored.
 */
export function saved<T>(history: History<T>, sent: T, stored: T, merge: (document: T, stored: T) => T): History<T> {
  const merged = (document: T) => merge(document, stored);
  const { past, present, future } = history;
  return { past: past.map(merged), present: present === sent ? stored : merged(present), future: future.map(merged), tag: null };
}

export function undone<T>(history: History<T>): History<T> {
  const before = history.past[history.past.length - 1];
  if (before === undefined) return history;
  return { past: history.past.slice(0, -1), present: before, future: [history.present, ...history.future], tag: null };
}

export function redone<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return { past: [...history.past, history.present], present: next, future, tag: null };
}
