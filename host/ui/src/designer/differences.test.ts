// What is told of two documents that differ.
import { expect, it } from 'vitest';
import { field, leave, state } from '../chart/testing';
import { differences } from './differences';
import { addField, addState, changeSettings, changeState, changeTransition, removeTransition } from './edits';

it('tells nothing of the same document, whatever the server filled in and however members are ordered', () => {
  const before = { ...leave(), revision: 3, modified_by: 'a' };
  const after = { ...leave(), revision: 4, modified_by: 'b' };
  before.states[0] = { ...state('新建中', { kind: 'start' }), label: { a: 1, b: 2 } };
  after.states[0] = { ...state('新建中', { kind: 'start' }), label: { b: 2, a: 1 }, id: 9 };
  expect(differences(before, after)).toEqual([]);
});

it('tells what was added, removed and changed, with both values', () => {
  const before = leave();
  const edits = [
    changeSettings({ description: 'new' }),
    addState(state('later', { name: 'Later' })),
    removeTransition('t8'),
    changeState('TL审批中', { name: 'TL', participant: { kind: 'role', value: '3' } }),
    changeTransition('t1', { timer_seconds: 60 }),
    addField(field('days', { name: 'Days' })),
  ];
  const after = edits.reduce((document, edit) => edit(document), before);
  expect(differences(before, after)).toEqual([
    { change: 'changed', part: 'workflow', key: '', name: 'w', members: [{ member: 'description', before: '', after: 'new' }] },
    { change: 'added', part: 'field', key: 'days', name: 'Days', members: [] },
    {
      change: 'changed',
      part: 'state',
      key: 'TL审批中',
      name: 'TL',
      members: [
        { member: 'name', before: 'TL审批中', after: 'TL' },
        { member: 'participant', before: '{"kind":"person","value":"jack"}', after: '{"kind":"role","value":"3"}' },
      ],
    },
    { change: 'added', part: 'state', key: 'later', name: 'Later', members: [] },
    { change: 'changed', part: 'transition', key: 't1', name: '提交', members: [{ member: 'timer_seconds', before: '0', after: '60' }] },
    { change: 'removed', part: 'transition', key: 't8', name: '保存', members: [] },
  ]);
});
