// A workflow as its form holds it, and what the form's pickers offer.
import type { Workflow } from './types';

export interface WorkflowEntry {
  name: string;
  description: string;
  notices: number[];
  view_permission_check: boolean;
  limit_expression: string;
  display_form: string[];
  condition_plugin: string;
}

export const BLANK: Partial<WorkflowEntry> = {
  description: '',
  notices: [],
  view_permission_check: true,
  limit_expression: '{}',
  display_form: ['title', 'sn', 'state.state_name', 'creator', 'gmt_created'],
  condition_plugin: '',
};

export function entryOf(workflow: Workflow): WorkflowEntry {
  return {
    name: workflow.name,
    description: workflow.description,
    notices: workflow.notices.split(',').map(Number).filter((id) => id > 0),
    view_permission_check: workflow.view_permission_check,
    limit_expression: workflow.limit_expression || '{}',
    display_form: keysOf(workflow.display_form_str),
    condition_plugin: workflow.condition_plugin,
  };
}

/** As the server takes it. */
export function sent({ notices, display_form, ...rest }: WorkflowEntry) {
  return { ...rest, notices: notices.join(','), display_form_str: JSON.stringify(display_form) };
}

/** A stored list of keys; one that is broken is shown as empty. */
function keysOf(text: string): string[] {
  try {
    const keys: unknown = JSON.parse(text || '[]');
    return Array.isArray(keys) ? keys.filter((key) => typeof key === 'string') : [];
  } catch {
    return [];
  }
}

/** Keys of the base fields (behaviour §4.18). */
const BASE_KEYS = [
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

export function displayKeys(fields: { key: string; name: string }[]): { value: string; label: string }[] {
  const own = fields.map((field) => ({ value: field.key, label: `${field.key} (${field.name})` }));
  return [...own, ...BASE_KEYS.map((key) => ({ value: key, label: key }))];
}
