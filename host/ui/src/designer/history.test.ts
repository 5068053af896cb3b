// Undo and redo.
import { expect, it } from 'vitest';
import { begun, changed, redone, replacedPresent, saved, undone } from './history';

it('goes back and forth', () => {
  let history = changed(changed(begun('a'), 'b'), 'c');
  history = undone(history);
  expect(history.present).toBe('b');
  expect(undone(undone(undone(history))).present).toBe('a');
  expect(redone(redone(history)).present).toBe('c');
});

it('takes typing in one place as one step', () => {
  let history = begun('');
  for (const text of ['n', 'na', 'nam']) history = changed(history, text, 'state s1 name');
  history = changed(history, 'name', 'state s2 name');
  expect(undone(history).present).toBe('nam');
  expect(undone(undone(history)).present).toBe('');
});

it('forgets what was undone after a new edit, and begins a new step after undoing', () => {
  const history = changed(undone(changed(begun('a'), 'b', 'x')), 'c', 'x');
  expect([history.past, history.present, history.future]).toEqual([['a'], 'c', []]);
});

it('keeps two hundred steps', () => {
  let history = begun(0);
  for (let step = 1; step <= 500; step += 1) history = changed(history, step);
  expect(history.past.length).toBe(200);
  expect(history.past[0]).toBe(300);
});

it('takes the same document from the server without a step', () => {
  const history = replacedPresent(changed(begun('a'), 'b'), 'B');
  expect([history.past, history.present]).toEqual([['a'], 'B']);
  expect(changed(history, 'B')).toBe(history);
});

it('keeps what was changed while a document was being saved', () => {
  const merge = (present: string, stored: string) => `${present} after ${stored}`;
  const sent = changed(begun('a'), 'b');
  expect(saved(sent, 'b', 'B', merge).present).toBe('B');
  const edited = saved(changed(sent, 'c'), 'b', 'B', merge);
  expect([edited.past, edited.present]).toEqual([['a', 'b'], 'c after B']);
});
