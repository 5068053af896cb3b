// The designer's keys, wherever in it the focus is; also on what is around it, as after a click on an empty spot. A dialog keeps its own.
import { useEffect, useRef, type RefObject } from 'react';

export interface Keys {
  save: () => void;
  undo: () => void;
  redo: () => void;
  /** Not while one types, since the keys mean something else there. */
  remove?: () => void;
  close: () => void;
}

/** Gives a reference for the element whose keys they are. */
export function useKeys(keys: Keys): RefObject<HTMLDivElement | null> {
  const root = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      const target = event.target instanceof HTMLElement ? event.target : document.body;
      const own = root.current;
      if (!own || !(own.contains(target) || target.contains(own))) return;
      const act = actOf(event, target, keys);
      if (!act || event.altKey || event.defaultPrevented) return;
      event.preventDefault();
      act();
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, [keys]);
  return root;
}

function actOf(event: KeyboardEvent, target: HTMLElement, keys: Keys): (() => void) | undefined {
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (key === 's') return keys.save;
    if (key === 'y') return keys.redo;
    return key === 'z' ? (event.shiftKey ? keys.redo : keys.undo) : undefined;
  }
  // an open list closes first
  if (key === 'escape') return target.closest('[aria-expanded="true"]') ? undefined : keys.close;
  const isTyping = target.closest('input, textarea, select, [contenteditable="true"]') !== null;
  return !isTyping && (key === 'delete' || key === 'backspace') ? keys.remove : undefined;
}
