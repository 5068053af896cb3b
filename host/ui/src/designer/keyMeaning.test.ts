// Where a key acts, and where it is left to what has the focus.
import { expect, it } from 'vitest';
import { isTypedIn, meaningOf, type Spot } from './keyMeaning';

/** An element told as `tag.class.class`, innermost first, that understands selectors of tags and classes. */
function spot(...told: string[]): Spot {
  const fits = (one: string, selector: string) =>
    selector.split(', ').some((simple) => {
      const [tag = '', ...classes] = simple.split('.');
      const [ownTag, ...ownClasses] = one.split('.');
      return !simple.includes('[') && (tag === '' || tag === ownTag) && classes.every((name) => ownClasses.includes(name));
    });
  return {
    matches: (selector) => fits(told[0] ?? '', selector),
    closest: (selector) => told.find((one) => fits(one, selector)) ?? null,
  };
}

function press(key: string, changes: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', boolean>> = {}) {
  return { key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...changes };
}

const CANVAS = ['div.react-flow__pane', 'div.react-flow', 'div.chart-canvas', 'body'];
const PANEL = ['aside.designer-panel', 'div.designer', 'body'];

it.each(['Delete', 'Backspace'])('removes with %s where the chart or nothing has the focus', (key) => {
  for (const at of [
    spot('div.react-flow__node.selected', ...CANVAS),
    spot('g.react-flow__edge.selected', ...CANVAS),
    spot(...CANVAS),
    spot('body'),
  ]) {
    expect(meaningOf(press(key), at)).toBe('remove');
  }
});

it.each(['Delete', 'Backspace'])('removes nothing with %s on a button, on an input, or on another state than the selected one', (key) => {
  for (const at of [
    spot('button.ant-btn', ...PANEL),
    spot('input', ...PANEL),
    spot(...PANEL),
    spot('button.react-flow__controls-button', ...CANVAS),
    spot('div.react-flow__node', ...CANVAS),
    spot('g.react-flow__edge', ...CANVAS),
  ]) {
    expect(meaningOf(press(key), at)).toBeNull();
  }
});

it('saves, undoes and redoes also while one types', () => {
  const input = spot('input', ...PANEL);
  expect(meaningOf(press('s', { ctrlKey: true }), input)).toBe('save');
  expect(meaningOf(press('S', { metaKey: true }), input)).toBe('save');
  expect(meaningOf(press('z', { ctrlKey: true }), input)).toBe('undo');
  expect(meaningOf(press('Z', { ctrlKey: true, shiftKey: true }), input)).toBe('redo');
  expect(meaningOf(press('s', { ctrlKey: true, altKey: true }), input)).toBeNull();
  expect(meaningOf(press('s'), input)).toBeNull();
});

it('knows where something may be half typed', () => {
  expect(isTypedIn(spot('input', ...PANEL))).toBe(true);
  expect(isTypedIn(spot('div.react-flow__node.selected', ...CANVAS))).toBe(false);
});
