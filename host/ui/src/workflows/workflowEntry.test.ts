// The form of a workflow's basics.
import { expect, it } from 'vitest';
import type { Workflow } from './types';
import { changesOf, entryOf, sent } from './workflowEntry';

it('sends what was changed and nothing else', () => {
  const loaded = {
    id: 1,
    name: 'leave',
    description: '',
    notices: '1,2',
    view_permission_check: true,
    limit_expression: '{}',
    display_form_str: '["sn"]',
    condition_plugin: '',
  } as unknown as Workflow;
  expect(changesOf(loaded, sent(entryOf(loaded)))).toEqual({});
  expect(changesOf(loaded, sent({ ...entryOf(loaded), name: 'holiday', notices: [1] }))).toEqual({ name: 'holiday', notices: '1' });
});
