// Findings in both languages.
import { readFileSync } from 'node:fs';
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
    ['condition_expression', 'condition 1: what another plugin says', '条件 1：what another plugin says'],
    ['condition_expression', 'condition 1: what another plugin says (at byte 7)', '条件 1：what another plugin says（第 7 字节处）'],
    [
      'conditions_unchecked',
      'the conditions are for the plugin "ours", which did not check them: only a running server can ask it',
      '条件由插件“ours”判断，但它没有检查：只有运行中的服务器才能询问它',
    ],
    ['unheard_of', 'something new', 'something new'],
  ];
  for (const [code, message, chinese] of told) expect(findingText({ code, message }, 'zh')).toBe(chinese);
});

it('tells in Chinese what the checker says of an expression, where, and what to write instead', () => {
  const about = (words: string) => findingText({ code: 'condition_expression', message: `condition 1: ${words}` }, 'zh');
  expect(about('`=` is not expected here (at byte 7); write `==` instead')).toBe('条件 1：此处不应出现 `=`（第 7 字节处）；请改写为：`==`');
  expect(about('a value is expected here, not a number (at byte 3)')).toBe('条件 1：此处应为值，而不是数字（第 3 字节处）');
  expect(about('the expression ends where `,` or `)` is expected (at byte 9)')).toBe('条件 1：表达式到此结束，缺少 `,` 或 `)`（第 9 字节处）');
  expect(about('there is no field `$&` (at byte 0)')).toBe('条件 1：没有字段 `$&`（第 0 字节处）');
  expect(about('`days` is not known here; a field is written `{name}` (at byte 0); write `{days}`, if the field of that key is meant instead')).toBe(
    '条件 1：不认识 `days`；字段写作 `{字段标识}`（第 0 字节处）；请改写为：`{days}`（如指该字段）',
  );
});

it('has a sentence for everything that the checker can say', () => {
  const said = ['lexer', 'literal', 'operand', 'parse', 'lib'].flatMap((file) => {
    const source = readFileSync(new URL(`../../../../plugins/condition/src/${file}.rs`, import.meta.url), 'utf8');
    const written = [...source.matchAll(/Problem::at\([^";]*?(format!\()?\s*"((?:[^"\\]|\\.)*)"/g)];
    return written.map(([, isFormat, words = '']) => (isFormat ? filled(words) : words).replaceAll('\\\\', '\\'));
  });
  expect(said.length).toBeGreaterThan(35);
  for (const words of said) {
    const message = `condition 1: ${words} (at byte 0)`;
    expect(findingText({ code: 'condition_expression', message }, 'zh')).not.toContain(words);
  }
});

/** A format of Rust with a 7 in each place. */
function filled(format: string): string {
  const braces: Record<string, string> = { '{{': '{', '}}': '}' };
  return format.replace(/\{\{|\}\}|\{[^}]*\}/g, (part) => braces[part] ?? '7');
}
