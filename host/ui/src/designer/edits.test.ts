// Edits of a document: what they change, and what they mend beside.
import { expect, it } from 'vitest';
import { field, leave, state, transition, workflow } from '../chart/testing';
import { addState, arrange, changeChild, changeStateKind, layOut, moveEnd, removeField, removeState, renameField, setAccess, withIdsOf } from './edits';
import { freshState } from './fresh';

it('takes transitions and conditions along with the state that they need', () => {
  const document = removeState('人事部门-处理中')(leave());
  expect(document.transitions.map((one) => one.key)).toEqual(['t1', 't2', 't3', 't4', 't7', 't8', 't9']);
  expect(document.transitions.find((one) => one.key === 't3')?.conditions).toEqual([]);
});

it('renames a field everywhere', () => {
  const states = [state('a', { field_access: { days: 'required', title: 'required' }, participant: { kind: 'field', value: 'who, days' } })];
  const conditions = [{ expression: '{days} > 3 and {daysoff} == 1', target: 'a' }];
  const before = { ...workflow(states, [transition('t', 'a', 'a', { conditions })], [field('days'), field('who')]), display_form: ['sn', 'days'] };
  const after = renameField('days', 'length')(before);
  expect(after.fields.map((one) => one.key)).toEqual(['length', 'who']);
  expect(after.states[0]?.field_access).toEqual({ length: 'required', title: 'required' });
  expect(after.states[0]?.participant.value).toBe('who,length');
  expect(after.transitions[0]?.conditions[0]?.expression).toBe('{length} > 3 and {daysoff} == 1');
  expect(after.display_form).toEqual(['sn', 'length']);
});

it('does not give a field the key of another', () => {
  const before = workflow([], [], [field('a'), field('b')]);
  expect(renameField('a', 'b')(before)).toBe(before);
});

it('removes a field from every form', () => {
  const before = { ...workflow([state('a', { field_access: { days: 'required' } })], [], [field('days')]), display_form: ['days', 'sn'] };
  const after = removeField('days')(before);
  expect([after.fields, after.states[0]?.field_access, after.display_form]).toEqual([[], {}, ['sn']]);
});

it('sets access for some states, and not shown is no access at all', () => {
  const before = workflow([state('a'), state('b', { field_access: { days: 'optional' } }), state('c')], []);
  const set = setAccess(['a', 'b'], 'days', 'read_only')(before);
  expect(set.states.map((one) => one.field_access)).toEqual([{ days: 'read_only' }, { days: 'read_only' }, {}]);
  expect(setAccess(['b'], 'days', null)(set).states[1]?.field_access).toEqual({});
});

it('moves the ends of links: source, destination, and the target of one condition', () => {
  const document = leave();
  expect(moveEnd({ transition: 't1', end: 'source' }, '结束')(document).transitions[0]?.source).toBe('结束');
  expect(moveEnd({ transition: 't1', end: 'destination' }, '结束')(document).transitions[0]?.destination).toBe('结束');
  const moved = moveEnd({ transition: 't3', end: { condition: 0 } }, '结束')(document).transitions[2];
  expect(moved?.conditions).toEqual([{ expression: '{leave_days} > 3', target: '结束' }]);
});

it('keeps ends last in the order', () => {
  const document = workflow([state('a', { order_id: 3 }), state('end', { kind: 'end', order_id: 4 }), state('closed', { kind: 'end', order_id: 9 })], []);
  const added = addState(freshState(document, { key: 'new' }))(document);
  expect(added.states.map((one) => [one.key, one.order_id])).toEqual([
    ['a', 3],
    ['end', 5],
    ['closed', 9],
    ['new', 4],
  ]);
});

it('gives start and end states nobody, and a state with children the robot', () => {
  const document = workflow([state('a')], []);
  expect(changeStateKind('a', 'end')(document).states[0]?.participant).toEqual({ kind: 'nobody', value: '' });
  expect(changeStateKind('a', 'normal')(document).states[0]?.participant).toEqual({ kind: 'person', value: 'jack' });
  expect(changeChild('a', 4)(document).states[0]).toMatchObject({ sub_workflow_id: 4, participant: { kind: 'person', value: 'loonrobot' } });
});

it('takes over the ids of parts that were stored meanwhile', () => {
  const stored = { ...workflow([state('a', { id: 7 })], [transition('t', 'a', 'a', { id: 9 })], [field('days', { id: 3 })]), revision: 5 };
  const edited = workflow([state('a', { name: 'changed' }), state('b')], [transition('t', 'a', 'b')], [field('days')]);
  const kept = withIdsOf(edited, stored);
  expect([kept.revision, kept.states.map((one) => one.id), kept.transitions[0]?.id, kept.fields[0]?.id]).toEqual([5, [7, undefined], 9, 3]);
  expect(kept.states[0]?.name).toBe('changed');
});

it('puts states where they were dragged, and all of them where the layout has them again', () => {
  const before = workflow([state('a'), state('b')], []);
  const arranged = arrange(new Map([['a', { x: 10, y: 20 }]]))(before);
  expect(arranged.states.map((one) => one.position)).toEqual([{ x: 10, y: 20 }, undefined]);
  expect(layOut(arranged)).toEqual(before);
});
