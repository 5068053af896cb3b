// A run of one version against a ticket without effects: what it answers, would do, wrote and cost.
import { useQuery } from '@tanstack/react-query';
import { Button, Card, Descriptions, Flex, Form, Select, Typography } from 'antd';
import { useState } from 'react';
import { v2 } from '../api/client';
import type { CursorPage } from '../api/types';
import { useMessageOf } from '../parts/notify';
import { useSearchBox } from '../parts/useSearchBox';
import { common } from '../text/common';
import { useText } from '../text/language';
import type { TicketRow } from '../tickets/types';
import { CallLog } from './CallLog';
import { Outcome } from './CallsTab';
import { pluginTexts } from './texts';
import type { LogLine, Plugin } from './types';
import { usePluginRefresh } from './usePluginRefresh';
import { bytesText } from './words';

interface Usage {
  queue_ms: number;
  wall_ms: number;
  cpu_ticks: number;
  peak_memory_bytes: number;
  host_calls: number;
  denied: number;
}

/** Beside these members stands what the plugin answered, by its kind. */
interface Tried extends Record<string, unknown> {
  kind: string;
  outcome: string;
  /** What people would be shown of a failure. */
  message?: string;
  detail?: string;
  effects: unknown[];
  log: LogLine[];
  usage: Usage;
}

interface Entry {
  ticket_id: number;
  version: number;
  kind: string;
}

export function TryTab({ plugin }: { plugin: Plugin }) {
  const t = useText(pluginTexts);
  const shared = useText(common);
  const messageOf = useMessageOf();
  const refresh = usePluginRefresh(plugin.id);
  const [busy, setBusy] = useState(false);
  const [tried, setTried] = useState<Tried | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  // conditions are tried by the dry run of a workflow that names the plugin
  const kinds = plugin.kinds.filter((kind) => kind !== 'condition');
  const open = plugin.versions.filter((one) => one.status === 'ready' || one.status === 'needs_approval');

  async function run({ version, ticket_id, kind }: Entry) {
    setBusy(true);
    setProblem(null);
    try {
      setTried(await v2<Tried>('POST', `plugins/${plugin.id}/versions/${version}/try`, { body: { ticket_id, kind } }));
    } catch (error) {
      setTried(null);
      setProblem(messageOf(error));
    } finally {
      setBusy(false);
    }
    // a try stands among the calls; the answer need not wait for them
    void refresh();
  }

  return (
    <Flex vertical gap={16} style={{ maxWidth: 860 }}>
      <Typography.Text type="secondary">{t.tryHelp}</Typography.Text>
      <Form<Entry>
        layout="inline"
        initialValues={{ version: plugin.active_version ?? open[0]?.number, kind: kinds[0] }}
        onFinish={(entry) => void run(entry)}
        style={{ rowGap: 12 }}
        data-testid="plugin-try"
      >
        <Form.Item name="ticket_id" label={t.tryTicket} rules={[{ required: true, message: shared.required }]}>
          <TicketPicker />
        </Form.Item>
        <Form.Item name="version" label={t.tryVersion} rules={[{ required: true, message: shared.required }]}>
          <Select style={{ width: 180 }} options={open.map((one) => ({ value: one.number, label: t.version(one.number, one.label) }))} />
        </Form.Item>
        <Form.Item name="kind" label={t.tryKind}>
          <Select style={{ width: 160 }} options={kinds.map((kind) => ({ value: kind, label: t.kindNames[kind] }))} />
        </Form.Item>
        <Button type="primary" htmlType="submit" loading={busy} data-testid="plugin-try-run">
          {t.tryRun}
        </Button>
      </Form>
      {problem && <Typography.Text type="danger">{problem}</Typography.Text>}
      {tried && <Result tried={tried} />}
    </Flex>
  );
}

function Result({ tried }: { tried: Tried }) {
  const t = useText(pluginTexts);
  const { kind: _kind, written: _written, outcome, message, detail, effects, log, usage, ...answer } = tried;
  const items = [
    { key: 'outcome', label: t.outcome, children: <Outcome outcome={outcome} /> },
    { key: 'wall', label: t.wall, children: `${usage.wall_ms} ms` },
    { key: 'memory', label: t.memory, children: bytesText(usage.peak_memory_bytes) },
    { key: 'calls', label: t.hostCalls, children: usage.host_calls },
    { key: 'denied', label: t.denied, children: usage.denied },
    { key: 'cpu', label: t.cpu, children: usage.cpu_ticks },
  ];
  return (
    <Card size="small" title={t.tryResult} data-testid="plugin-try-result">
      <Descriptions size="small" items={items} />
      {[message, detail].filter(Boolean).map((text) => (
        <Typography.Paragraph key={text} className="gavia-pre">
          {text}
        </Typography.Paragraph>
      ))}
      {Object.keys(answer).length > 0 && <Json title={t.answer} value={answer} />}
      {effects.length > 0 && <Json title={t.effects} value={effects} />}
      <Typography.Title level={5}>{t.log}</Typography.Title>
      <CallLog lines={log} />
    </Card>
  );
}

function Json({ title, value }: { title: string; value: unknown }) {
  return (
    <>
      <Typography.Title level={5}>{title}</Typography.Title>
      <pre className="gavia-mono gavia-pre">{JSON.stringify(value, null, 2)}</pre>
    </>
  );
}

/** A ticket found by its title; the newest ones first. */
function TicketPicker({ value, onChange, id }: { value?: number; onChange?: (id: number) => void; id?: string }) {
  const t = useText(pluginTexts);
  const { words, select } = useSearchBox();
  const query = { limit: 20, title: words };
  const found = useQuery({
    queryKey: ['tickets', query],
    queryFn: ({ signal }) => v2<CursorPage<TicketRow>>('GET', 'tickets', { query, signal }),
  });
  return (
    <Select
      id={id}
      style={{ width: 280 }}
      {...select}
      placeholder={t.tryTicketHint}
      loading={found.isFetching}
      value={value}
      onChange={onChange}
      options={(found.data?.items ?? []).map((row) => ({ value: row.id, label: `${row.sn} ${row.title}` }))}
    />
  );
}
