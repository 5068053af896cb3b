// What a key means in the designer, by where it was pressed. Apart from useKeys, so that it can be judged without a page.

export type Meaning = 'save' | 'undo' | 'redo' | 'remove' | 'close';

type Press = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey'>;
/** As much of the element with the focus as is asked. */
export interface Spot {
  matches: (selector: string) => boolean;
  closest: (selector: string) => unknown;
}

const TYPED_IN = 'input, textarea, select, [contenteditable="true"]';
/** What is selected in the chart, its ground, and the page itself, where the focus is after a click on what cannot have it. */
const REMOVES = 'body, .chart-canvas, .react-flow, .react-flow__pane, .react-flow__node.selected, .react-flow__edge.selected';

export function meaningOf(press: Press, spot: Spot): Meaning | null {
  const key = press.key.toLowerCase();
  if (press.altKey) return null;
  if (press.ctrlKey || press.metaKey) {
    if (key === 's') return 'save';
    if (key === 'y') return 'redo';
    return key === 'z' ? (press.shiftKey ? 'redo' : 'undo') : null;
  }
  // an open list closes first
  if (key === 'escape') return spot.closest('[aria-expanded="true"]') ? null : 'close';
  // on a button or an input the author means that, not what is selected elsewhere
  return (key === 'delete' || key === 'backspace') && spot.matches(REMOVES) ? 'remove' : null;
}

/** Whether something half typed may be there that the document does not have. */
export function isTypedIn(spot: Spot): boolean {
  return spot.closest(TYPED_IN) !== null;
}
