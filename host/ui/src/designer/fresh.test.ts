// New parts: their places, and keys that no other part has or had.
import { expect, it } from 'vitest';
import { state, workflow } from '../chart/testing';
import { addField, addState, addTransition, removeState } from './edits';
import { freshDocument, freshField, freshState, freshTransition } from './fresh';

const begun = () => freshDocument({ start: 'Begin', end: 'End' });
const stored = { ...workflow([state('state1', { id: 3 })], []), id: 7, revision: 1 };

it('begins with a start and an end, and counts what is added', () => {
  let document = begun();
  expect(document.states.map((one) => [one.key, one.kind, one.order_id])).toEqual([
    ['start', 'start', 0],
    ['end', 'end', 100],
  ]);
  const added = freshState(document);
  expect([added.key, added.order_id]).toEqual(['state1', 1]);
  document = addTransition(freshTransition(document, { source: 'start', destination: 'end' }))(document);
  expect(freshTransition(document).key).toBe('transition2');
  expect(freshField(document)).toMatchObject({ key: 'field1', order_id: 5 });
});

it('gives no number a second time while a workflow is begun, and begins to count with each', () => {
  const document = begun();
  const added = addState(freshState(document))(document);
  expect(freshState(removeState('state1')(added)).key).toBe('state2');
  expect(freshState(begun()).key).toBe('state1');
});

it('passes over a key that the author has typed', () => {
  const document = begun();
  expect(freshField(addField(freshField(document, { key: 'field2' }))(document)).key).toBe('field3');
});

it('gives a new state another key than the stored state that was just deleted', () => {
  expect(freshState(removeState('state1')(stored)).key).not.toBe('state1');
});

it('gives different keys in two documents of the same base', () => {
  for (const fresh of [freshState, freshTransition, freshField]) {
    const [mine, theirs] = [fresh(stored).key, fresh(stored).key];
    expect(mine).toMatch(/^(state|transition|field)_[a-z0-9]{8}$/);
    expect(mine).not.toBe(theirs);
  }
});
