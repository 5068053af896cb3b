// Findings beside the inputs that they are about.
import { expect, it } from 'vitest';
import type { Problem } from '../chart/document';
import { memberOf, ofCondition, ofNoCondition } from './findings';

function problem(code: string, part: Problem['place']['part'], changes: { pointer?: string; message?: string; expression?: Problem['expression'] } = {}): Problem {
  const { pointer, message = '', expression } = changes;
  return { level: 'error', code, message, expression, place: { part, key: 'k', pointer } };
}

it('finds the member by the pointer, and by the code where the pointer names the part alone', () => {
  expect(memberOf(problem('document', 'state', { pointer: '/states/0/participant/value' }))).toBe('participant');
  expect(memberOf(problem('document', 'workflow', { pointer: '/name' }))).toBe('name');
  expect(memberOf(problem('participant_unknown', 'state', { pointer: '/states/0' }))).toBe('participant');
  expect(memberOf(problem('plugin_missing', 'workflow', { pointer: '' }))).toBe('condition_plugin');
  expect(memberOf(problem('state_unreachable', 'state', { pointer: '/states/0' }))).toBeNull();
});

it('places a finding of a condition at its character, also after characters that JavaScript counts twice', () => {
  const wrong = problem('condition_expression', 'transition', {
    pointer: '/transitions/0/conditions/1/expression',
    message: 'condition 2: did you mean ==? (at byte 9)',
    expression: { condition: 1, column: 5 },
  });
  expect(ofCondition([wrong], 1, "{类型} = '年假'")).toEqual([{ level: 'error', code: 'condition_expression', message: 'did you mean ==?', offset: 5 }]);
  expect(ofCondition([wrong], 1, "'😀' = 1")[0]?.offset).toBe(6);
  expect(ofCondition([wrong], 0, "{类型} = '年假'")).toEqual([]);
});

it('tells findings of one condition from those of all', () => {
  const broken = problem('conditions_broken', 'transition', { message: 'the conditions cannot be read: x' });
  const target = problem('condition_target', 'transition', { message: 'condition 1 leads to no state of this workflow' });
  expect(ofNoCondition([broken, target])).toEqual([broken]);
  expect(ofCondition([broken, target], 0, '')).toEqual([{ level: 'error', code: 'condition_target', message: 'condition 1 leads to no state of this workflow', offset: null }]);
});
