// New parts with their defaults, and keys for them. A key is new among the parts of its kind; stored parts keep theirs for good.
import type { Field, State, Transition, WorkflowDocument } from '../chart/document';

/** `state1`, `state2`, …: the first that is free. */
export function freeKey(stem: string, parts: { key: string }[]): string {
  const taken = new Set(parts.map((part) => part.key));
  let number = 1;
  while (taken.has(`${stem}${number}`)) number += 1;
  return `${stem}${number}`;
}

export function freshState(document: WorkflowDocument, changes: Partial<State> = {}): State {
  const others = document.states.filter((state) => state.kind !== 'end').map((state) => state.order_id);
  return {
    key: freeKey('state', document.states),
    name: '',
    kind: 'normal',
    order_id: Math.max(-1, ...others) + 1,
    is_hidden: false,
    sub_workflow_id: 0,
    remember_last_handler: false,
    participant: { kind: 'nobody', value: '' },
    distribution: 'direct',
    field_access: {},
    label: {},
    plugin_args: {},
    ...changes,
  };
}

export function freshTransition(document: WorkflowDocument, changes: Partial<Transition> = {}): Transition {
  return {
    key: freeKey('transition', document.transitions),
    name: '',
    kind: 'normal',
    timer_seconds: 0,
    source: null,
    destination: null,
    conditions: [],
    attribute: 'agree',
    field_require_check: true,
    alert_enable: false,
    alert_text: '',
    ...changes,
  };
}

export function freshField(document: WorkflowDocument, changes: Partial<Field> = {}): Field {
  return {
    key: freeKey('field', document.fields),
    name: '',
    kind: 'string',
    order_id: Math.max(0, ...document.fields.map((field) => field.order_id)) + 5,
    default_value: null,
    description: '',
    template: '',
    boolean_display: {},
    choices: {},
    label: {},
    ...changes,
  };
}

/** A workflow from nothing: where tickets begin and where they end. */
export function freshDocument(names: { start: string; end: string }): WorkflowDocument {
  const empty: WorkflowDocument = {
    format: 1,
    name: '',
    description: '',
    notices: '',
    view_permission_check: true,
    limit_expression: {},
    display_form: [],
    condition_plugin: '',
    states: [],
    transitions: [],
    fields: [],
  };
  const start = freshState(empty, { key: 'start', name: names.start, kind: 'start', field_access: { title: 'required' } });
  const end = freshState(empty, { key: 'end', name: names.end, kind: 'end', order_id: 100 });
  return { ...empty, states: [start, end] };
}
