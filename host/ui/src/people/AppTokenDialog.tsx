// Form of a new or an existing app token: what it may reach, and the rules its calls must keep.
import { useQueryClient } from '@tanstack/react-query';
import { Divider, Form, Input, InputNumber, Select, Switch } from 'antd';
import { v1 } from '../api/client';
import { changesOf } from '../parts/changesOf';
import { EditDialog } from '../parts/EditDialog';
import { useNotify } from '../parts/notify';
import { common } from '../text/common';
import { useText } from '../text/language';
import { useWorkflowNames, type AppToken } from './AppTokensPage';
import { UsersPicker } from './pickers';
import type { ShownToken } from './TokenDialog';
import { BLANK, sent, type TokenEntry } from './tokenEntry';
import { tokenTexts } from './tokenTexts';

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

  async function save(entry: TokenEntry) {
    const body = changesOf(token && sent(token), sent(entry));
    if (!body) return;
    const path = token ? `accounts/app_token/${token.id}` : 'accounts/app_token';
    const answer = await v1<{ token?: string }>(token ? 'PATCH' : 'POST', path, { body });
    notify.success(shared.saved);
    await queries.invalidateQueries({ queryKey: ['app_tokens'] });
    if (answer.token) onToken({ app: entry.app_name, token: answer.token });
  }

  return (
    <EditDialog<TokenEntry>
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

function Flag({ name, label, help }: { name: keyof TokenEntry; label: string; help: string }) {
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
