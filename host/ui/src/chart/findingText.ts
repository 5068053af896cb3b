// Findings in the language of the page. The server tells them in English; in Chinese each kind has a sentence of its own, with what the
// English one puts in quotes or counts. What has no sentence here, as the checker's words about an expression, stays as it was told.
import { useCallback } from 'react';
import { useLanguage, type Language } from '../text/language';
import type { Problem } from './document';

type Told = Pick<Problem, 'code' | 'message'>;

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

export function findingText({ code, message }: Told, language: Language): string {
  if (language === 'en') return message;
  const pattern = PATTERNS.find(([kind, words]) => kind === code && words.test(message));
  const sentence = pattern?.[2] ?? CHINESE[code];
  if (sentence === undefined) return message.replace(/^condition (\d+): /, '条件 $1：');
  const quoted = /"(.*)"/.exec(message)?.[1] ?? '';
  const number = /\d+/.exec(message)?.[0] ?? '';
  return sentence.replace(/["#]/g, (sign) => (sign === '"' ? quoted : number));
}

export function useFindingText(): (problem: Told) => string {
  const language = useLanguage();
  return useCallback((problem: Told) => findingText(problem, language), [language]);
}
