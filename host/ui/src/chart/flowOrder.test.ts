// Which way a workflow runs.
import { expect, it } from 'vitest';
import { flowOrder } from './flowOrder';
import { hard, leave, state, transition, workflow } from './testing';
import { removeState } from '../designer/edits';

const sorted = (order: Map<string, number>) => [...order].sort((a, b) => a[1] - b[1]).map(([key]) => key);

it("takes the administrator's order where it costs no more returns than the transitions need", () => {
  expect(sorted(flowOrder(leave()))).toEqual(leave().states.map((one) => one.key));
});

it('follows the transitions where the order says nothing, or the wrong', () => {
  const states = ['a', 'b', 'c'].map((key, index) => state(key, { order_id: index, kind: key === 'c' ? 'start' : 'normal' }));
  expect(sorted(flowOrder(workflow(states, [transition('t1', 'c', 'b'), transition('t2', 'b', 'a')])))).toEqual(['c', 'b', 'a']);
});

it('would rather draw a refusal as a return than an agreement', () => {
  const states = ['a', 'b', 'c'].map((key) => state(key));
  const refused = transition('t2', 'c', 'b', { attribute: 'refuse' });
  expect(sorted(flowOrder(workflow(states, [transition('t1', 'a', 'b'), refused, transition('t3', 'b', 'c')])))).toEqual(['a', 'b', 'c']);
});

it('begins with the start also when a part of the workflow is cut off from it', () => {
  const cut = removeState('s5')(hard());
  const order = sorted(flowOrder({ ...cut, states: cut.states.map((one) => ({ ...one, order_id: 0 })) }));
  expect(order[0]).toBe('s0');
  expect(order.indexOf('s2')).toBeLessThan(order.indexOf('s6'));
});
