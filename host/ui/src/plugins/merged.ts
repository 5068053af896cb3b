// Settings and limits are replaced as a whole, so what is sent is what the server has by now with what this form changed: another
// administrator's change since the page was opened stays.
import type { FormInstance } from 'antd';
import { useEffect, useRef, type RefObject } from 'react';
import { changesOf } from '../parts/changesOf';

type Values<T> = Record<string, T | null | undefined>;

/** `present` with what differs between `loaded` and `typed`; null is what is not set, and so is an empty text. */
export function merged<T>(loaded: Values<T>, typed: Values<T>, present: Values<T>): Record<string, T | null> {
  const keys = [...new Set([loaded, typed, present].flatMap((values) => Object.keys(values)))];
  const whole = (values: Values<T>): Record<string, T | null> =>
    Object.fromEntries(keys.map((key) => [key, values[key] === '' ? null : (values[key] ?? null)]));
  return { ...whole(present), ...(changesOf(whole(loaded), whole(typed)) as Record<string, T | null> | null) };
}

/** The same for groups of values. A group that the server has no more is left out. */
export function mergedGroups<T>(
  loaded: Record<string, Values<T>>,
  typed: Record<string, Values<T>>,
  present: Record<string, Values<T>>,
): Record<string, Record<string, T | null>> {
  return Object.fromEntries(Object.entries(present).map(([group, values]) => [group, merged(loaded[group] ?? {}, typed[group] ?? {}, values)]));
}

/**
 * Keeps a form that stands on a page at what was read last, but for what was typed into it since. Gives what the form's changes are
 * changes of.
 */
export function useFollowing<V extends object>(form: FormInstance, present: V, merge: (loaded: V, typed: V, present: V) => V): RefObject<V> {
  const loaded = useRef(present);
  useEffect(() => {
    if (JSON.stringify(loaded.current) === JSON.stringify(present)) return;
    form.setFieldsValue(merge(loaded.current, form.getFieldsValue() as V, present));
    loaded.current = present;
  }, [form, present, merge]);
  return loaded;
}
