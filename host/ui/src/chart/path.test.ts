// The way of a ticket through the leave workflow, lit.
import { expect, it } from 'vitest';
import { litOf } from './path';
import { leave } from './testing';

const document = leave();
document.states.forEach((state, index) => (state.id = index + 1));
document.transitions.forEach((transition, index) => (transition.id = index + 1));
const at = (state: number, transition: number | null) => ({ state: { id: state }, left: transition === null ? null : { transition: { id: transition } } });

it('lights the states that a ticket was in and the links that it went along', () => {
  const lit = litOf(document, [at(1, 1), at(3, 3), at(4, null)]);
  expect([...lit.links].sort()).toEqual(['t1:plain', 't3:condition0', 't3:enter']);
  expect([...lit.nodes].sort()).toEqual(['d:t3', 's:TL审批中', 's:人事部门-处理中', 's:新建中']);
});

it('lights no link where a ticket was moved by force', () => {
  const lit = litOf(document, [{ state: { id: 1 }, left: { transition: null } }, at(6, null)]);
  expect([[...lit.nodes].sort(), lit.links.size]).toEqual([['s:新建中', 's:结束'], 0]);
});

it('lights else where no condition led', () => {
  expect([...litOf(document, [at(3, 3), at(6, null)]).links].sort()).toEqual(['t3:else', 't3:enter']);
});

it('passes over states and transitions that are gone', () => {
  expect(litOf(document, [at(99, 98), at(6, null)]).nodes).toEqual(new Set(['s:结束']));
});
