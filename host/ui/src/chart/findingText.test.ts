// Findings in both languages.
import { expect, it } from 'vitest';
import { findingText } from './findingText';

it('leaves English as the server has it', () => {
  expect(findingText({ code: 'dead_end', message: 'no transition leaves this state' }, 'en')).toBe('no transition leaves this state');
});

it('tells in Chinese with the names and numbers of the English sentence', () => {
  const told: [string, string, string][] = [
    ['start_state_doubled', 'there are 2 start states', '有 2 个初始状态，只能有一个'],
    ['participant_unknown', 'there is no user "$&李"', '用户“$&李”不存在'],
    ['participant_unknown', 'there is no department 7', '部门 7 不存在'],
    ['condition_target', 'condition 3 leads to no state of this workflow', '条件 3 没有去往的状态'],
    ['condition_target', 'there is no state with the key "s9"', '条件去往的状态“s9”不存在'],
    ['condition_expression', 'condition 1: `=` is not expected here (at byte 7)', '条件 1：`=` is not expected here (at byte 7)'],
    ['unheard_of', 'something new', 'something new'],
  ];
  for (const [code, message, chinese] of told) expect(findingText({ code, message }, 'zh')).toBe(chinese);
});
