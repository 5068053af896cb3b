// Every key that forms and conditions can name: base fields of all tickets, the workflow's own, and keys that only the document knows.
import type { WorkflowDocument } from '../chart/document';

export interface FieldChoice {
  key: string;
  name: string;
  isOwn: boolean;
}

/** Base fields of a form, in the order of their positions (behaviour §4.18). */
export const BASE_KEYS = [
  'sn',
  'title',
  'state_id',
  'state.state_name',
  'participant_info.participant_name',
  'participant_info.participant_alias',
  'workflow.workflow_name',
  'creator',
  'gmt_created',
  'gmt_modified',
];

export function fieldChoices(document: WorkflowDocument, baseNames: Record<string, string>): FieldChoice[] {
  const own = [...document.fields].sort((a, b) => a.order_id - b.order_id).map(({ key, name }) => ({ key, name, isOwn: true }));
  const base = BASE_KEYS.map((key) => ({ key, name: baseNames[key] ?? key, isOwn: false }));
  const known = new Set([...own, ...base].map((choice) => choice.key));
  const named = [...document.display_form, ...document.states.flatMap((state) => Object.keys(state.field_access))];
  const strange = [...new Set(named)].filter((key) => !known.has(key)).map((key) => ({ key, name: key, isOwn: false }));
  const title = base.filter((choice) => choice.key === 'title');
  return [...title, ...own, ...base.filter((choice) => choice.key !== 'title'), ...strange];
}

/** Keys that a condition may name: the workflow's own, and what every ticket has. */
export function variables(document: WorkflowDocument): string[] {
  const ticket = ['title', 'creator', 'gmt_created', 'sn', 'id', 'state_id', 'workflow_id', 'parent_ticket_id', 'is_rejected'];
  return [...document.fields.map((field) => field.key), ...ticket];
}
