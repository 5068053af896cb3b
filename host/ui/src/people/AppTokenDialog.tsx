// Form of a new or an existing app token: what it may reach, and the rules its calls must keep.
import { useQueryClient } from '@tanstack/react-query';
import { Divider, Form, Input, InputNumber, Select, Switch } from 'antd';
import { v1 } from '../api/client';
import { EditDialog } from '../parts/EditDialog';
import { useNotify } from '../parts/notify';
import { common } from '../text/common';
import { useText } from '../text/language';
import { useWorkflowNames, type AppToken } from './AppTokensPage';
import { UsersPicker } from './pickers';
import type { ShownToken } from './TokenDialog';
import { tokenTexts } from './tokenTexts';

interface Entry {
  app_name: string;
  ticket_sn_prefix: string;
  workflow_ids: number[];
  trusted: boolean;
  may_configure: boolean;
  may_admin: boolean;
  allow_cidrs: string[];
  allow_users: string[];
  min_signature_version: number;
  replay_check: boolean;
  rate_per_minute: number;
  rotate?: boolean;
  former_token_hours?: number | null;
}

const BLANK: Partial<Entry> = {
  ticket_sn_prefix: 'loonflow',
  workflow_ids: [],
  trusted: false,
  may_configure: false,
  may_admin: false,
  allow_cidrs: [],
  allow_users: [],
  min_signature_version: 1,
  replay_check: false,
  rate_per_minute: 0,
};

interface Props {
  open: boolean;
  token: AppToken | null;
  onClose: () => void;
  /** Told the token itself, which the server shows when it makes one. */
  onToken: (shown: ShownToken) => void;
}

export function AppTokenDialog({ open, token, onClose, onToken }: Props) {
  const t = useText(tokenTexts);
  const shared = useText(common);
  const notify = useNotify();
  const queries = useQueryClient();

  async function save(entry: Entry) {
    const body: Record<string, unknown> = {
      ...entry,
      workflow_ids: entry.workflow_ids.join(','),
      allow_cidrs: entry.allow_cidrs.join(','),
      allow_users: entry.allow_users.join(','),
    };
    if (entry.former_token_hours == null) delete body.former_token_hours;
    const path = token ? `accounts/app_token/${token.id}` : 'accounts/app_token';
    const answer = await v1<{ token?: string }>(token ? 'PATCH' : 'POST', path, { body });
    notify.success(shared.saved);
    await queries.invalidateQueries({ queryKey: ['app_tokens'] });
    if (answer.token) onToken({ app: entry.app_name, token: answer.token });
  }

  return (
    <EditDialog<Entry>
      open={open}
      title={token ? t.edit(token.app_name) : t.create}
      testId="token-form"
      initial={token ?? BLANK}
      onClose={onClose}
      onSave={save}
    >
      <Form.Item name="app_name" label={t.app} extra={t.appHelp} rules={[{ required: true, whitespace: true, message: shared.required }]}>
        <Input maxLength={50} />
      </Form.Item>
      <Form.Item name="ticket_sn_prefix" label={t.prefix} extra={t.prefixHelp}>
        <Input maxLength={20} />
      </Form.Item>
      <Form.Item name="workflow_ids" label={shared.menu.workflows} extra={t.workflowsHelp}>
        <WorkflowsPicker />
      </Form.Item>
      <Divider titlePlacement="start">{t.rights}</Divider>
      <Flag name="trusted" label={t.trusted} help={t.trustedHelp} />
      <Flag name="may_configure" label={t.mayConfigure} help={t.mayConfigureHelp} />
      <Flag name="may_admin" label={t.mayAdmin} help={t.mayAdminHelp} />
      <Divider titlePlacement="start">{t.rules}</Divider>
      <Form.Item name="allow_cidrs" label={t.cidrs} extra={t.cidrsHelp}>
        <Select mode="tags" tokenSeparators={[',', ' ']} open={false} suffixIcon={null} placeholder="10.0.0.0/8" />
      </Form.Item>
      <Form.Item name="allow_users" label={t.users} extra={t.usersHelp}>
        <UsersPicker />
      </Form.Item>
      <Form.Item name="min_signature_version" label={t.signature} extra={t.signatureHelp}>
        <Select
          options={[
            { value: 1, label: t.signature1 },
            { value: 2, label: t.signature2 },
          ]}
        />
      </Form.Item>
      <Flag name="replay_check" label={t.replay} help={t.replayHelp} />
      <Form.Item name="rate_per_minute" label={t.rate} extra={t.rateHelp}>
        <InputNumber min={0} precision={0} />
      </Form.Item>
      {token && (
        <>
          <Divider titlePlacement="start">{t.renewal}</Divider>
          <Flag name="rotate" label={t.rotate} help={t.rotateHelp} />
          <Form.Item name="former_token_hours" label={t.former} extra={t.formerHelp}>
            <InputNumber min={0} precision={0} />
          </Form.Item>
        </>
      )}
    </EditDialog>
  );
}

function Flag({ name, label, help }: { name: keyof Entry; label: string; help: string }) {
  return (
    <Form.Item name={name} label={label} extra={help} valuePropName="checked">
      <Switch />
    </Form.Item>
  );
}

interface WorkflowsPickerProps {
  value?: number[];
  onChange?: (ids: number[]) => void;
  id?: string;
  placeholder?: string;
  style?: React.CSSProperties;
  'aria-label'?: string;
  'data-testid'?: string;
}

/** Several workflows by name. */
export function WorkflowsPicker(props: WorkflowsPickerProps) {
  const t = useText(tokenTexts);
  const names = useWorkflowNames();
  return (
    <Select
      {...props}
      mode="multiple"
      showSearch={{ optionFilterProp: 'label' }}
      loading={names.isPending}
      placeholder={props.placeholder ?? t.pickWorkflows}
      options={(names.data?.value ?? []).map((one) => ({ value: one.id, label: one.name }))}
    />
  );
}
