// Findings in the language of the page. The server tells them in English; in Chinese each kind has a sentence of its own, with what the
// English one puts in quotes or counts. What the checker says of an expression has a sentence for each of its messages. What has no
// sentence here, as another plugin's words about an expression, stays as it was told.
import { useCallback } from 'react';
import { useLanguage, type Language } from '../text/language';
import type { Problem } from './document';

type Finding = Pick<Problem, 'code' | 'message'>;

const CHINESE: Record<string, string> = {
  start_state_missing: '没有初始状态',
  start_state_doubled: '有 # 个初始状态，只能有一个',
  end_state_missing: '没有结束状态',
  display_form_key: '展现表单中的“"”不是字段',
  state_field_key: '状态字段中的“"”不是字段',
  order_doubled: '与“"”的顺序相同',
  automatic_transitions: '脚本或hook状态必须有且仅有一个流出的流转（定时器除外），现有 # 个',
  automatic_requires_fields: '该状态有必填字段，但没有人会填写：引擎会直接流转',
  child_participant: '有子工作流的状态，参与人必须为个人 loonrobot',
  child_transitions: '有子工作流的状态必须有且仅有一个流出的流转，现有 # 个',
  child_workflow_missing: '子工作流 # 不存在',
  transition_source: '流转没有源状态',
  transition_destination: '流转没有目标状态',
  timer_seconds: '定时器的时间必须大于 0',
  conditions_broken: '条件无法读取',
  condition_target: '条件 # 没有去往的状态',
  field_key_reserved: '“"”是保留字，不能用作字段标识',
  field_key_doubled: '前面已有字段使用标识“"”，前面的字段会被忽略',
  state_unreachable: '从初始状态无法到达此状态',
  end_has_transitions: '结束状态不会再流转，流出的流转无效',
  dead_end: '没有流出的流转，也不是结束状态',
  no_way_to_end: '从此状态无法到达结束状态',
  timer_only: '只有定时器能让工单离开此状态',
  participant_nobody: '没有人能让工单离开此状态',
  participant_inactive: '用户“"”未激活',
  script_inactive: '脚本“"”未激活',
  hook_configuration: 'hook 需要地址（http 或 https）和 token',
  hook_token_masked: 'hook 的 token 是掩码，没有可保留的原值，请填写',
  distribution_single: '只有一个人，谈不上分配',
  app_missing: '没有调用方包含此工作流，客户端看不到它',
};

/** Kinds with several sentences, told apart by their English. */
const PATTERNS: [string, RegExp, string][] = [
  ['participant_unknown', /no user/, '用户“"”不存在'],
  ['participant_unknown', /no department|department \d+ does not/, '部门 # 不存在'],
  ['participant_unknown', /no role|role \d+ does not/, '角色 # 不存在'],
  ['participant_unknown', /no script/, '脚本 # 不存在'],
  ['participant_unknown', /names nobody/, '没有指定参与人'],
  ['participant_unknown', /is no variable/, '“"”不是变量'],
  ['participant_unknown', /is no field/, '“"”不是字段'],
  ['participant_unknown', /is not an id/, '“"”不是id'],
  ['plugin_missing', /there is no plugin/, '没有名为“"”且已启用版本的插件'],
  ['plugin_missing', /is no participants/, '插件“"”不能指定参与人'],
  ['plugin_missing', /is no condition/, '插件“"”不能判断条件'],
  ['transition_source', /with the key/, '源状态“"”不存在'],
  ['transition_destination', /with the key/, '目标状态“"”不存在'],
  ['condition_target', /with the key/, '条件去往的状态“"”不存在'],
  ['document', /the workflow has no name/, '工作流没有名称'],
  ['document', /the key is given twice/, '键重复'],
];

/** What the checker of conditions says (plugins/condition/src: `Problem::at`). */
const EXPRESSION: [RegExp, string][] = [
  [/^the expression is empty$/, '表达式为空'],
  [/^the expression is longer than (\d+) bytes$/, '表达式超过 $1 字节'],
  [/^nested more than (\d+) levels deep$/, '嵌套超过 $1 层'],
  [/^a comma here would make a tuple, .*$/, '此处的逗号会构成元组，结果恒为真；确需元组请加括号'],
  [/^(.*) is not expected here$/, '此处不应出现 $1'],
  [/^the expression ends where (.*) is expected$/, '表达式到此结束，缺少 $1'],
  [/^(.*) is expected here, not (.*)$/, '此处应为 $1，而不是 $2'],
  [/^`not` needs parentheses here$/, '此处的 `not` 需要加括号'],
  [/^only the functions of the table can be called$/, '只能调用规定的函数'],
  [/^there is no (?:method|attribute) (`.*`) here$/, '没有 $1'],
  [/^there is no field (`.*`)$/, '没有字段 $1'],
  [/^(`.*`) must be called: (`.*`)$/, '$1 须写成调用：$2'],
  [/^(`.*`) is not known here; a field is written `\{name\}`$/, '不认识 $1；字段写作 `{字段标识}`'],
  [/^(`.*`) is given twice$/, '$1 重复'],
  [/^an argument without a name must not follow one with a name$/, '没有名称的参数不能在有名称的参数之后'],
  [/^`is` compares with None, True or False only; use `==`$/, '`is` 只能与 None、True 或 False 比较，请用 `==`'],
  [/^`\}` closes nothing; write `\}\}` for a brace$/, '多余的 `}`；要写花括号请用 `}}`'],
  [/^`\}` closes nothing$/, '多余的 `}`'],
  [/^`\{` is never closed$/, '`{` 没有闭合'],
  [/^braces must hold the key of a field, like `\{days\}`$/, '花括号中须为字段标识，例如 `{days}`'],
  [/^braces outside a quoted text: .*$/, '引号外不能使用花括号：不支持字典和集合'],
  [/^(`.*`) stands for the whole value: .*$/, '$1 代表整个值：花括号中不能有属性或下标'],
  [/^(`.*`) stands for the value itself: .*$/, '$1 代表值本身：花括号中不能有格式'],
  [/^a prefix before a quoted text is not supported: (`.*`)$/, '不支持引号前的前缀 $1'],
  [/^the character (`.*`) has no meaning here$/, '此处不能使用字符 $1'],
  [/^a zero byte has no meaning here$/, '此处不能有零字节'],
  [/^this is not a number$/, '不是数字'],
  [/^a whole number must not start with 0$/, '整数不能以 0 开头'],
  [/^an underscore in a number must stand between two digits$/, '数字中的下划线须在两个数字之间'],
  [/^whole numbers have 64 bits; this one is larger$/, '整数超出 64 位'],
  [/^this quoted text is never closed$/, '引号没有闭合'],
  [/^this quoted text is not closed on its line$/, '引号没有在本行闭合'],
  [/^characters by name \(`\\N`\) are not supported$/, '不支持按名称书写字符（`\\N`）'],
  [/^this escape needs (\d+) hexadecimal digits$/, '该转义需要 $1 位十六进制数字'],
  [/^this escape names no character$/, '该转义不对应任何字符'],
];

/** What stands inside such sentences. */
const FOUND: Record<string, string> = {
  'a name': '名称',
  'a value': '值',
  'a number': '数字',
  'a text': '文本',
  'the end': '结尾',
  '`in` after `not`': '`not` 之后的 `in`',
  'only a running server can ask it': '只有运行中的服务器才能询问它',
};

/** What to write instead (host/src/workflow/check/instead.rs); a hint that is code alone needs no words. */
const INSTEAD: [RegExp, string][] = [
  [/^the comparison itself, without a function around it$/, '比较本身，不要包在函数中'],
  [/^each comparison of its own, joined by (.*), or `in` with a list$/, '单独的比较，用 $1 连接，或用 `in` 加列表'],
  [/^`datetime` or `time` without an import: both are there$/, '`datetime` 或 `time`，无需导入'],
  [/^`startswith`, `endswith` or (`.*`)$/, '`startswith`、`endswith` 或 $1'],
  [/^a list or a tuple: (`.*`)$/, '列表或元组：$1'],
  [/^the expression in one piece: a line break needs no mark$/, '完整的表达式：换行无需标记'],
  [/^the field inside the quoted text: (`.*`)$/, '引号内的字段：$1'],
  [/^`weekday\(\)`, where Monday is 0$/, '`weekday()`，星期一为 0'],
  [/^the field by its own key: (`.*`)$/, '字段自己的标识：$1'],
  [/^the quoted text without its prefix; (`.*`) inside it is the field's text$/, '不带前缀的文本；其中的 $1 即字段的文本'],
  [/^it behind the braces: (`.*`)$/, '花括号之后：$1'],
  [/^(`.*`) alone, or (`.*`) for its text$/, '单独的 $1，取其文本用 $2'],
  [/^(`.*`), if the field of that key is meant$/, '$1（如指该字段）'],
];

/** Sentences that hold what somebody else says: the server of a plugin that did not answer. */
const OTHERS: [RegExp, string][] = [
  [/^the conditions are for the plugin "([^"]*)", which did not check them: (.*)$/, '条件由插件“$1”判断，但它没有检查：$2'],
];

/** The sentence for an English one with what it holds, or the English one itself. */
function told(english: string, sentences: [RegExp, string][]): string {
  for (const [pattern, chinese] of sentences) {
    const parts = pattern.exec(english);
    if (!parts) continue;
    const filled = chinese.replace(/\$(\d)/g, (_, place: string) => {
      const part = parts[Number(place)] ?? '';
      return FOUND[part] ?? part.replace('` or `', '` 或 `');
    });
    return filled.replace(/(\p{Script=Han}) (?=\p{Script=Han})/gu, '$1');
  }
  return english;
}

/** `condition 1: … (at byte 7); write … instead`: the number, the words, and from the checker their place and perhaps a hint. */
const OF_CONDITION = /^condition (\d+): (.*?)(?: \(at byte (\d+)\)(?:; write (.*) instead)?)?$/s;

/** What to leave out because the page shows it: which condition it is about, and where in it. */
interface Known {
  condition?: boolean;
  place?: boolean;
}

/** Null for a sentence of another form. */
function conditionText(message: string, language: Language, known: Known = {}): string | null {
  const parts = OF_CONDITION.exec(message);
  if (!parts) return null;
  const [, number, words = '', byte, hint] = parts;
  const isPlaced = byte !== undefined && !known.place;
  if (language === 'en') {
    return [!known.condition && `condition ${number}: `, words, isPlaced && ` (at byte ${byte})`, hint !== undefined && `; write ${hint} instead`].filter(Boolean).join('');
  }
  return [
    !known.condition && `条件 ${number}：`,
    told(words, EXPRESSION),
    isPlaced && `（第 ${byte} 字节处）`,
    hint !== undefined && `；请改写为：${told(hint, INSTEAD)}`,
  ]
    .filter(Boolean)
    .join('');
}

export function findingText({ code, message }: Finding, language: Language): string {
  if (language === 'en') return message;
  const pattern = PATTERNS.find(([kind, words]) => kind === code && words.test(message));
  const sentence = pattern?.[2] ?? CHINESE[code];
  if (sentence === undefined) return conditionText(message, language) ?? told(message, OTHERS);
  const quoted = /"(.*)"/.exec(message)?.[1] ?? '';
  const number = /\d+/.exec(message)?.[0] ?? '';
  return sentence.replace(/["#]/g, (sign) => (sign === '"' ? quoted : number));
}

/** As `findingText`, for a place beside the condition itself: without its number, and without the byte where the character is shown. */
export function textBesideCondition(finding: Finding, hasCharacter: boolean, language: Language): string {
  return conditionText(finding.message, language, { condition: true, place: hasCharacter }) ?? findingText(finding, language);
}

export function useFindingText(): (problem: Finding) => string {
  const language = useLanguage();
  return useCallback((problem: Finding) => findingText(problem, language), [language]);
}
