// Documents for tests, told in few words. No part of the console.
import type { Condition, Field, State, Transition, WorkflowDocument } from './document';
import type { ChartWords } from './graph';

export const words: ChartWords = {
  otherwise: 'else',
  timer: (name, seconds) => `${name} after ${seconds} s`,
  participant: (state) => (state.participant.kind === 'nobody' ? '' : String(state.participant.value)),
};

export function state(key: string, changes: Partial<State> = {}): State {
  return {
    key,
    name: key,
    kind: 'normal',
    order_id: 0,
    is_hidden: false,
    sub_workflow_id: 0,
    remember_last_handler: false,
    participant: { kind: 'person', value: 'jack' },
    distribution: 'direct',
    field_access: {},
    label: {},
    plugin_args: {},
    ...changes,
  };
}

export function transition(key: string, source: string | null, destination: string | null, changes: Partial<Transition> = {}): Transition {
  return {
    key,
    name: key,
    kind: 'normal',
    timer_seconds: 0,
    source,
    destination,
    conditions: [],
    attribute: 'agree',
    field_require_check: true,
    alert_enable: false,
    alert_text: '',
    ...changes,
  };
}

export function field(key: string, changes: Partial<Field> = {}): Field {
  return {
    key,
    name: key,
    kind: 'string',
    order_id: 0,
    default_value: null,
    description: '',
    template: '',
    boolean_display: {},
    choices: {},
    label: {},
    ...changes,
  };
}

export function workflow(states: State[], transitions: Transition[], fields: Field[] = []): WorkflowDocument {
  return {
    format: 1,
    name: 'w',
    description: '',
    notices: '',
    view_permission_check: true,
    limit_expression: {},
    display_form: [],
    condition_plugin: '',
    states,
    transitions,
    fields,
  };
}

const when = (expression: string, target: string): Condition => ({ expression, target });

/** The leave workflow of the demo: a diamond, two returns, a loop. */
export function leave(): WorkflowDocument {
  const states = [
    state('新建中', { kind: 'start' }),
    state('发起人-编辑中', { order_id: 2, is_hidden: true }),
    state('TL审批中', { order_id: 3 }),
    state('人事部门-处理中', { order_id: 4 }),
    state('登记-自动执行中', { order_id: 5 }),
    state('结束', { kind: 'end', order_id: 6, participant: { kind: 'nobody', value: '' } }),
  ];
  const [a, b, c, d, e, f] = states.map((one) => one.key) as [string, string, string, string, string, string];
  return workflow(states, [
    transition('t1', a, c, { name: '提交' }),
    transition('t2', a, b, { name: '保存' }),
    transition('t3', c, f, { name: '同意', conditions: [when('{leave_days} > 3', d)] }),
    transition('t4', c, b, { name: '拒绝', attribute: 'refuse' }),
    transition('t5', d, e, { name: '同意' }),
    transition('t6', d, b, { name: '退回', attribute: 'other' }),
    transition('t7', b, c, { name: '提交' }),
    transition('t8', b, b, { name: '保存' }),
    transition('t9', e, f, { name: '登记完成' }),
  ]);
}

/** Twelve states, returns over several rows, two diamonds of which one leads back, timers, and two loops at one state. */
export function hard(): WorkflowDocument {
  const names = ['Draft', 'Team lead reviews', 'Finance reviews', 'Legal reviews', 'Board decides', 'Purchase order', 'Supplier confirms'];
  const more = ['Goods arrive', 'Quality inspection', 'Invoice is paid', 'Archive in the ledger', 'Closed'];
  const states = [...names, ...more].map((name, index) =>
    state(name, { key: `s${index}`, order_id: index, kind: index === 0 ? 'start' : index === 11 ? 'end' : 'normal' }),
  );
  const refuse = { attribute: 'refuse' as const };
  const timer = (seconds: number) => ({ kind: 'timer' as const, timer_seconds: seconds });
  return workflow(states, [
    transition('a', 's0', 's1', { name: 'Submit' }),
    transition('b', 's1', 's2', { name: 'Agree', conditions: [when('{amount} > 100000', 's4'), when("{kind} == 'contract' and {amount} > 1000", 's3')] }),
    transition('c', 's1', 's0', { name: 'Send back for more details', ...refuse }),
    transition('d', 's1', 's11', { name: 'Nobody looked', ...timer(259_200) }),
    transition('e', 's2', 's5', { name: 'Agree' }),
    transition('f', 's2', 's1', { name: 'Ask the team lead again', ...refuse }),
    transition('g', 's3', 's5', { name: 'Agree' }),
    transition('h', 's3', 's0', { name: 'Reject', ...refuse }),
    transition('i', 's4', 's5', { name: 'Approve' }),
    transition('j', 's4', 's11', { name: 'Reject for good', ...refuse }),
    transition('k', 's5', 's6', { name: 'Order sent' }),
    transition('l', 's6', 's7', { name: 'Confirmed' }),
    transition('m', 's6', 's5', { name: 'No answer', ...timer(172_800) }),
    transition('n', 's7', 's8', { name: 'Arrived' }),
    transition('o', 's8', 's9', { name: 'Inspected', conditions: [when('{faults} > 3', 's6'), when('{faults} > 0', 's7')] }),
    transition('p', 's9', 's10', { name: 'Paid' }),
    transition('q', 's10', 's11', { name: 'Done' }),
    transition('r', 's8', 's8', { name: 'Save' }),
    transition('s', 's8', 's8', { name: 'Add a photo' }),
    transition('t', 's9', 's2', { name: 'Back to finance', ...refuse }),
  ]);
}
