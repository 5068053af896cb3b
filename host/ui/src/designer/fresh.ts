// New parts with their defaults, and keys for them. The server knows a stored part by its key alone, so a key is given only once: under
// that of a part that is gone, or that somebody else adds meanwhile, a new part would take over the other's row and its tickets.
import type { Field, PartName, State, Transition, WorkflowDocument } from '../chart/document';

/** How far the numbers of the workflow that is being begun here have come, by kind of part. */
const counts = new Map<string, number>();

/** Keys of a workflow that was never stored, which nobody else can know, are counted: `state1`, `state2`, …. In a stored one they are drawn. */
export function freeKey(document: WorkflowDocument, part: Exclude<PartName, 'workflow'>): string {
  const key = document.id === undefined ? `${part}${counted(part)}` : `${part}_${drawn()}`;
  const isTaken = document[`${part}s` as const].some((other) => other.key === key);
  return isTaken ? freeKey(document, part) : key;
}

function counted(part: string): number {
  const number = (counts.get(part) ?? 0) + 1;
  counts.set(part, number);
  return number;
}

/** Thirty-two letters and digits, none of which looks like another. */
const CHARACTERS = 'abcdefghijkmnpqrstuvwxyz23456789';

function drawn(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => CHARACTERS[byte % CHARACTERS.length]).join('');
}

export function freshState(document: WorkflowDocument, changes: Partial<State> = {}): State {
  const others = document.states.filter((state) => state.kind !== 'end').map((state) => state.order_id);
  return {
    key: freeKey(document, 'state'),
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
    key: freeKey(document, 'transition'),
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
    key: freeKey(document, 'field'),
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
  counts.clear();
  return { ...empty, states: [start, end] };
}
