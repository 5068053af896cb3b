// Dry run of a workflow: fill in the form of its start, see the path and the people. Choices made on the way are sent again with
// every run, so nothing is kept on the server.
import { useQuery } from '@tanstack/react-query';
import { Button, Card, Col, Form, Row, Skeleton, Typography } from 'antd';
import { useState } from 'react';
import { useParams } from 'react-router';
import { v2 } from '../api/client';
import { useSession } from '../app/session';
import { Failure } from '../parts/Failure';
import { PageHead } from '../parts/PageHead';
import { useNotify } from '../parts/notify';
import { UserPicker } from '../people/pickers';
import { common } from '../text/common';
import { useText } from '../text/language';
import { FieldInput } from '../tickets/FieldInput';
import { ticketTexts } from '../tickets/texts';
import { askedFields, type AskedField, type Definition } from './askedFields';
import { DryRunPath } from './DryRunPath';
import { operationTexts } from './texts';
import type { Choice, DryRun } from './dryRun';

interface Entry {
  creator: string;
  fields?: Record<string, unknown>;
}

export function Page() {
  const id = Number(useParams().id);
  const definition = useQuery({
    queryKey: ['workflows', id, 'definition'],
    queryFn: ({ signal }) => v2<Definition>('GET', `workflows/${id}/definition`, { signal }),
  });
  if (definition.error) return <Failure error={definition.error} onRetry={() => void definition.refetch()} />;
  if (!definition.data) return <Skeleton active />;
  return <DryRunOf id={id} definition={definition.data} />;
}

function DryRunOf({ id, definition }: { id: number; definition: Definition }) {
  const t = useText(operationTexts);
  const shared = useText(common);
  const notify = useNotify();
  const session = useSession();
  const [form] = Form.useForm<Entry>();
  const [choices, setChoices] = useState<Choice[]>([]);
  const [run, setRun] = useState<DryRun | null>(null);
  const [busy, setBusy] = useState(false);
  const tickets = useText(ticketTexts);
  const { first: fields, later } = askedFields(definition, tickets.title);
  const input = (field: AskedField) => (
    <Form.Item key={field.key} name={['fields', field.key]} label={field.name} required={field.required} extra={field.description || undefined}>
      <FieldInput field={field} />
    </Form.Item>
  );

  /** With what the form holds now: it may have changed since the last run. */
  async function goOn(made: Choice[]) {
    // the form itself tells what is missing
    const present = await form.validateFields().catch(() => null);
    if (present) await go(present, made);
  }

  async function go(from: Entry, made: Choice[]) {
    setBusy(true);
    try {
      setRun(await v2<DryRun>('POST', `workflows/${id}/dry_run`, { body: { creator: from.creator, fields: from.fields ?? {}, choices: made } }));
      setChoices(made);
    } catch (error) {
      notify.failure(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <>
      <PageHead title={`${t.dryRun}: ${definition.name}`} help={t.dryRunHelp} />
      <Row gutter={16}>
        <Col xs={24} lg={9}>
          <Card size="small" title={t.values}>
            <Form<Entry>
              form={form}
              layout="vertical"
              initialValues={{ creator: session.data?.user.username }}
              onFinish={(value) => void go(value, [])}
              data-testid="dry-run-form"
            >
              <Form.Item name="creator" label={t.creator} rules={[{ required: true, message: shared.required }]}>
                <UserPicker data-testid="dry-run-creator" />
              </Form.Item>
              {fields.length === 0 && <Typography.Paragraph type="secondary">{t.noFields}</Typography.Paragraph>}
              {fields.map(input)}
              {later.length > 0 && <Typography.Paragraph strong>{t.laterFields}</Typography.Paragraph>}
              {later.map(input)}
              <Button type="primary" htmlType="submit" loading={busy} data-testid="dry-run-go">
                {t.run}
              </Button>
            </Form>
          </Card>
        </Col>
        <Col xs={24} lg={15}>
          {run && (
            <DryRunPath
              run={run}
              busy={busy}
              canRestart={choices.length > 0}
              onChoose={(choice) => void goOn([...choices, choice])}
              onRestart={() => form.submit()}
            />
          )}
        </Col>
      </Row>
    </>
  );
}
