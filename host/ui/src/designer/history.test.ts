// Undo and redo.
import { expect, it } from 'vitest';
import { begun, changed, redone, saved, undone } from './history';

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

const merge = (document: string, stored: string) => `${document} after ${stored}`;

it('takes what was stored without a step, and typing after it as a new one', () => {
  const history = saved(changed(begun('a'), 'b', 'x'), 'b', 'B', merge);
  expect([history.past.length, history.present]).toEqual([1, 'B']);
  expect(undone(changed(history, 'c', 'x')).present).toBe('B');
});

it('keeps what was changed while a document was being saved', () => {
  const edited = saved(changed(changed(begun('a'), 'b'), 'c'), 'b', 'B', merge);
  expect([edited.past.length, edited.present]).toEqual([2, 'c after B']);
});

it('leads back and forth to documents that know what is stored', () => {
  const history = saved(undone(changed(changed(begun('a'), 'b'), 'c')), 'b', 'B', merge);
  expect([undone(history).present, redone(history).present]).toEqual(['a after B', 'c after B']);
});
