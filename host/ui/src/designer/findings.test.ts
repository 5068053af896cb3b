// Findings beside the inputs that they are about, and how those of a condition read there.
import { describe, expect, it } from 'vitest';
import type { Problem } from '../chart/document';
import { textBesideCondition } from '../chart/findingText';
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
  expect(ofCondition([wrong], 1, "{类型} = '年假'")).toEqual([{ level: 'error', code: 'condition_expression', message: 'condition 2: did you mean ==? (at byte 9)', offset: 5 }]);
  expect(ofCondition([wrong], 1, "'😀' = 1")[0]?.offset).toBe(6);
  expect(ofCondition([wrong], 0, "{类型} = '年假'")).toEqual([]);
});

it('tells findings of one condition from those of all', () => {
  const broken = problem('conditions_broken', 'transition', { message: 'the conditions cannot be read: x' });
  const target = problem('condition_target', 'transition', { message: 'condition 1 leads to no state of this workflow' });
  expect(ofNoCondition([broken, target])).toEqual([broken]);
  expect(ofCondition([broken, target], 0, '')).toEqual([{ level: 'error', code: 'condition_target', message: 'condition 1 leads to no state of this workflow', offset: null }]);
});

describe('beside a condition', () => {
  /** What the input shows: the findings of the second condition in the page's language. */
  function shown(message: string, language: 'en' | 'zh', hasCharacter = true): string[] {
    const expression = hasCharacter ? { condition: 1, column: 2 } : undefined;
    const told = problem('condition_expression', 'transition', { pointer: '/transitions/0/conditions/1/expression', message: `condition 2: ${message}`, expression });
    return ofCondition([told], 1, '{days} = 3').map((finding) => textBesideCondition(finding, finding.offset !== null, language));
  }

  const said: [string, string, string][] = [
    ['`=` is not expected here (at byte 7); write `==` instead', '`=` is not expected here; write `==` instead', '此处不应出现 `=`；请改写为：`==`'],
    ['a value is expected here, not a number (at byte 3)', 'a value is expected here, not a number', '此处应为值，而不是数字'],
    ['there is no field `days` (at byte 0)', 'there is no field `days`', '没有字段 `days`'],
    ['`}` closes nothing; write `}}` for a brace (at byte 4)', '`}` closes nothing; write `}}` for a brace', '多余的 `}`；要写花括号请用 `}}`'],
    [
      '`days` is not known here; a field is written `{name}` (at byte 0); write `{days}`, if the field of that key is meant instead',
      '`days` is not known here; a field is written `{name}`; write `{days}`, if the field of that key is meant instead',
      '不认识 `days`；字段写作 `{字段标识}`；请改写为：`{days}`（如指该字段）',
    ],
    ['what another plugin says', 'what another plugin says', 'what another plugin says'],
  ];

  it.each(said)('tells %j in both languages, without the number and the byte that the input shows itself', (message, english, chinese) => {
    expect(shown(message, 'en')).toEqual([english]);
    expect(shown(message, 'zh')).toEqual([chinese]);
  });

  it('keeps the byte where no character is shown', () => {
    expect(shown('there is no field `x` (at byte 7)', 'en', false)).toEqual(['there is no field `x` (at byte 7)']);
    expect(shown('there is no field `x` (at byte 7)', 'zh', false)).toEqual(['没有字段 `x`（第 7 字节处）']);
  });

  it('translates what is not about the expression as everywhere', () => {
    const [target] = ofCondition([problem('condition_target', 'transition', { message: 'condition 1 leads to no state of this workflow' })], 0, '');
    expect(target && textBesideCondition(target, false, 'zh')).toBe('条件 1 没有去往的状态');
  });
});
