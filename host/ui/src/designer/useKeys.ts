// The designer's keys, wherever in it the focus is; also on what is around it, as after a click on an empty spot. A dialog keeps its own.
import { useEffect, useEffectEvent, useRef, type RefObject } from 'react';
import { flushSync } from 'react-dom';
import { isTypedIn, meaningOf, type Meaning } from './keyMeaning';

export interface Keys extends Record<Exclude<Meaning, 'remove'>, () => void> {
  /** Removes what is selected in the chart; not there while no chart is. */
  remove?: () => void;
}

/** Gives a reference for the element whose keys they are. */
export function useKeys(keys: Keys): RefObject<HTMLDivElement | null> {
  const root = useRef<HTMLDivElement>(null);
  const act = useEffectEvent((meaning: Meaning) => keys[meaning]?.());
  const isOffered = useEffectEvent((meaning: Meaning) => keys[meaning] !== undefined);
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      // a line of the chart is no HTMLElement
      const target = event.target instanceof Element ? event.target : document.body;
      const own = root.current;
      if (!own || !(own.contains(target) || target.contains(own))) return;
      const meaning = meaningOf(event, target);
      if (!meaning || !isOffered(meaning) || event.defaultPrevented) return;
      event.preventDefault();
      // what is saved is the document with what this changes: `act` is that of the latest drawing
      if (meaning === 'save') takeDraft(target);
      act(meaning);
    };
    window.addEventListener('keydown', pressed);
    return () => window.removeEventListener('keydown', pressed);
  }, []);
  return root;
}

/** Some inputs hand over what was typed only when they are left: leave this one, and come back. */
function takeDraft(target: Element) {
  if (!(target instanceof HTMLElement) || !isTypedIn(target)) return;
  flushSync(() => target.blur());
  if (target.isConnected) target.focus({ preventScroll: true });
}
