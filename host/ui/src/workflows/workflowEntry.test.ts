// The form of a workflow's basics.
import { expect, it } from 'vitest';
import { changesOf } from '../parts/changesOf';
import type { Workflow } from './types';
import { entryOf, sent, type WorkflowEntry } from './workflowEntry';

const loaded = {
  id: 1,
  name: 'leave',
  description: '',
  notices: '1,2',
  view_permission_check: true,
  limit_expression: '{}',
  display_form_str: '["sn"]',
  condition_plugin: '',
} as Workflow;

function changes(workflow: Workflow, edit: Partial<WorkflowEntry>) {
  const entry = entryOf(workflow);
  return changesOf(sent(entry), sent({ ...entry, ...edit }));
}

it('sends what was changed and nothing else', () => {
  expect(changes(loaded, {})).toBeNull();
  expect(changes(loaded, { name: 'holiday', notices: [1] })).toEqual({ name: 'holiday', notices: '1' });
  expect(changes(loaded, { display_form: [] })).toEqual({ display_form_str: '[]' });
});

it('what is stored in another form than ours, or is broken, is no change', () => {
  const imported = { ...loaded, notices: '1, 2', limit_expression: '', display_form_str: '["sn", "title"]' };
  expect(changes(imported, {})).toBeNull();
  expect(changes({ ...imported, display_form_str: '[' }, { name: 'holiday' })).toEqual({ name: 'holiday' });
});
