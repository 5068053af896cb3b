// The form of one intervention: what it needs, and the reason.
import { useQuery } from '@tanstack/react-query';
import { Alert, Form, Input, Select, Skeleton } from 'antd';
import { v2 } from '../api/client';
import { EditDialog } from '../parts/EditDialog';
import { Failure } from '../parts/Failure';
import { useNotify } from '../parts/notify';
import { UserPicker } from '../people/pickers';
import { personText } from '../people/types';
import { common } from '../text/common';
import { useText } from '../text/language';
import { FieldInput } from './FieldInput';
import { ticketTexts } from './texts';
import type { FieldShape, TicketDetail } from './types';
import { useRefresh } from './useRefresh';
import { changedValues } from './values';

export type Action = 'force_state' | 'deliver' | 'set_fields' | 'comment' | 'retry' | 'close';

interface Entry {
  reason: string;
  state_id?: number;
  target?: string;
  from?: string;
  fields?: Record<string, unknown>;
}

interface Props {
  ticket: TicketDetail;
  action: Action | null;
  title: string;
  onClose: () => void;
}

export function InterventionDialog({ ticket, action, title, onClose }: Props) {
  const t = useText(ticketTexts);
  const shared = useText(common);
  const notify = useNotify();
  const refresh = useRefresh(ticket.id);
  const before: Record<string, unknown> = { title: ticket.title, ...ticket.values };

  async function save({ fields, ...entry }: Entry) {
    const body: Record<string, unknown> = { action, ...entry };
    if (action === 'set_fields') {
      const changed = changedValues(before, fields ?? {});
      if (Object.keys(changed).length === 0) throw new Error(t.nothingChanged);
      body.fields = changed;
    }
    await v2('POST', `tickets/${ticket.id}/interventions`, { body });
    notify.success(shared.done);
    await refresh();
  }

  return (
    <EditDialog<Entry>
      open={action !== null}
      title={title}
      testId="intervention"
      saveText={title}
      initial={action === 'set_fields' ? { fields: before } : {}}
      onClose={onClose}
      onSave={save}
    >
      {action && <Particulars ticket={ticket} action={action} />}
      <Form.Item
        name="reason"
        label={shared.reason}
        extra={t.reasonHelp}
        rules={[{ required: true, whitespace: true, message: shared.reasonNeeded }]}
      >
        <Input.TextArea maxLength={900} showCount autoSize={{ minRows: 2, maxRows: 6 }} data-testid="intervention-reason" />
      </Form.Item>
    </EditDialog>
  );
}

function Particulars({ ticket, action }: { ticket: TicketDetail; action: Action }) {
  const t = useText(ticketTexts);
  const shared = useText(common);
  const required = [{ required: true, message: shared.required }];
  switch (action) {
    case 'force_state':
      return (
        <>
          <Help text={t.forceStateHelp} />
          <Form.Item name="state_id" label={t.newState} rules={required}>
            <Select
              data-testid="intervention-state"
              options={ticket.states.map((state) => ({ value: state.id, label: state.name, disabled: state.id === ticket.state.id }))}
            />
          </Form.Item>
        </>
      );
    case 'deliver':
      return (
        <>
          <Help text={t.deliverHelp} />
          {ticket.everybody.length > 0 && (
            <Form.Item name="from" label={t.from} extra={t.deliverFromHelp} rules={required}>
              <Select
                options={ticket.everybody
                  .filter((one) => one.transition === null)
                  .map((one) => ({ value: one.username, label: personText(one.username, one.alias) }))}
              />
            </Form.Item>
          )}
          <Form.Item name="target" label={t.target} rules={required}>
            <UserPicker data-testid="intervention-target" />
          </Form.Item>
        </>
      );
    case 'set_fields':
      return <EditedFields ticket={ticket} />;
    case 'retry':
      return <Help text={t.retryHelp} />;
    case 'close':
      return <Help text={t.closeHelp} />;
    case 'comment':
      return null;
  }
}

function Help({ text }: { text: string }) {
  return <Alert type="info" title={text} style={{ marginBottom: 16 }} />;
}

/** The title and every field that the workflow defines, whatever the present state shows of them. */
function EditedFields({ ticket }: { ticket: TicketDetail }) {
  const t = useText(ticketTexts);
  const definition = useQuery({
    queryKey: ['workflows', ticket.workflow.id, 'definition'],
    queryFn: ({ signal }) => v2<{ fields: DefinedField[] }>('GET', `workflows/${ticket.workflow.id}/definition`, { signal }),
  });
  if (definition.error) return <Failure error={definition.error} onRetry={() => void definition.refetch()} />;
  if (!definition.data) return <Skeleton active />;
  const title: DefinedField = { key: 'title', name: t.title, kind: 'string', order_id: -1 };
  const fields = [title, ...definition.data.fields].sort((a, b) => a.order_id - b.order_id);
  return (
    <>
      <Help text={t.editFieldsHelp} />
      {fields.map((field) => (
        <Form.Item key={field.key} name={['fields', field.key]} label={field.name} extra={field.description || undefined}>
          <FieldInput field={field} />
        </Form.Item>
      ))}
    </>
  );
}

export type DefinedField = FieldShape & { order_id: number };
