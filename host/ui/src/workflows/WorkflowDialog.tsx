// Form of a workflow's basics: everything about it that is no state, transition or field.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Form, Input, Select, Switch } from 'antd';
import { v1, v2, type Page } from '../api/client';
import { changesOf } from '../parts/changesOf';
import { EditDialog } from '../parts/EditDialog';
import { JsonInput, useJsonRule } from '../parts/JsonInput';
import { useNotify } from '../parts/notify';
import { PluginPicker } from '../plugins/PluginPicker';
import { common } from '../text/common';
import { useText } from '../text/language';
import { BLANK, displayKeys, entryOf, sent, type WorkflowEntry } from './workflowEntry';
import { workflowTexts } from './texts';
import type { Notice, Workflow } from './types';

interface Props {
  open: boolean;
  workflow: Workflow | null;
  onClose: () => void;
}

export function WorkflowDialog({ open, workflow, onClose }: Props) {
  const t = useText(workflowTexts);
  const shared = useText(common);
  const notify = useNotify();
  const queries = useQueryClient();
  const limitRule = useJsonRule('object');

  async function save(entry: WorkflowEntry) {
    const body = changesOf(workflow && sent(entryOf(workflow)), sent(entry));
    if (!body) return;
    if (workflow) await v1('PATCH', `workflows/${workflow.id}`, { body });
    else await v1('POST', 'workflows', { body });
    notify.success(shared.saved);
    await queries.invalidateQueries({ queryKey: ['workflows'] });
  }

  return (
    <EditDialog<WorkflowEntry>
      open={open}
      title={workflow ? t.edit(workflow.name) : t.create}
      testId="workflow-dialog"
      initial={workflow ? entryOf(workflow) : BLANK}
      onClose={onClose}
      onSave={save}
    >
      <Form.Item name="name" label={shared.column.name} rules={[{ required: true, whitespace: true, message: shared.required }]}>
        <Input maxLength={50} />
      </Form.Item>
      <Form.Item name="description" label={shared.column.description}>
        <Input maxLength={50} />
      </Form.Item>
      <Form.Item name="notices" label={t.notices} extra={t.noticesHelp}>
        <NoticesPicker />
      </Form.Item>
      <Form.Item name="view_permission_check" label={t.viewCheck} extra={t.viewCheckHelp} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name="limit_expression" label={t.limit} extra={t.limitHelp} rules={[limitRule]}>
        <JsonInput />
      </Form.Item>
      <Form.Item name="display_form" label={t.displayForm} extra={t.displayFormHelp}>
        <KeysPicker workflow={workflow} />
      </Form.Item>
      <Form.Item name="condition_plugin" label={t.conditionPlugin} extra={t.conditionHelp}>
        <PluginPicker kind="condition" />
      </Form.Item>
    </EditDialog>
  );
}

interface Picker<T> {
  value?: T;
  onChange?: (value: T) => void;
  id?: string;
}

function NoticesPicker(props: Picker<number[]>) {
  const query = { per_page: 10_000, page: 1 };
  const notices = useQuery({
    queryKey: ['workflows/custom_notices', query],
    queryFn: ({ signal }) => v1<Page<Notice>>('GET', 'workflows/custom_notices', { query, signal }),
  });
  return (
    <Select
      {...props}
      mode="multiple"
      showSearch={{ optionFilterProp: 'label' }}
      loading={notices.isPending}
      options={(notices.data?.value ?? []).map((one) => ({ value: one.id, label: one.name }))}
    />
  );
}

/** Keys of the workflow's own fields and of the base fields; others may be typed, since fields may come later. */
function KeysPicker({ workflow, ...props }: Picker<string[]> & { workflow: Workflow | null }) {
  const definition = useQuery({
    queryKey: ['workflows', workflow?.id, 'definition'],
    queryFn: ({ signal }) => v2<{ fields: { key: string; name: string }[] }>('GET', `workflows/${workflow?.id}/definition`, { signal }),
    enabled: workflow !== null,
  });
  return <Select {...props} mode="tags" tokenSeparators={[',']} options={displayKeys(definition.data?.fields ?? [])} />;
}
