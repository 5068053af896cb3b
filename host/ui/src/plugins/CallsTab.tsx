// Recent calls of a plugin: how each ended, what it cost, and on demand what it wrote.
import { useQuery } from '@tanstack/react-query';
import { InputNumber, Skeleton, Tag, Typography, type TableProps } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import { v2 } from '../api/client';
import { CursorTable, EVERY_MS } from '../parts/CursorTable';
import { Failure } from '../parts/Failure';
import { localTime } from '../parts/time';
import { useText } from '../text/language';
import { CallLog } from './CallLog';
import { outcomeTexts } from './outcomeTexts';
import { pluginTexts } from './texts';
import type { Call, LogLine, Plugin } from './types';
import { bytesText } from './words';

/** Calls go on while they are looked at; a tab that is `isShown` no more asks for none. */
export function CallsTab({ plugin, isShown }: { plugin: Plugin; isShown: boolean }) {
  const t = useText(pluginTexts);
  const [ticket, setTicket] = useState<number | null>(null);
  const columns: TableProps<Call>['columns'] = [
    { title: t.time, render: (_, row) => localTime(row.at) },
    { title: t.outcome, render: (_, row) => <Outcome outcome={row.outcome} /> },
    { title: t.kind, render: (_, row) => t.kindNames[row.kind] ?? row.kind },
    { title: t.versions, dataIndex: 'version' },
    { title: t.ticket, render: (_, row) => row.ticket_id && <Link to={`/tickets/${row.ticket_id}`}>{row.ticket_id}</Link> },
    { title: t.attempt, render: (_, row) => (row.is_try ? <Tag>{t.isTry}</Tag> : row.attempt) },
    { title: t.wall, align: 'end', render: (_, row) => `${row.wall_ms} ms` },
    { title: t.queue, align: 'end', render: (_, row) => `${row.queue_ms} ms` },
    { title: t.memory, align: 'end', render: (_, row) => bytesText(row.peak_memory_bytes) },
    { title: t.hostCalls, align: 'end', dataIndex: 'host_calls' },
    { title: t.denied, align: 'end', render: (_, row) => (row.denied > 0 ? <Tag color="error">{row.denied}</Tag> : 0) },
    { title: t.log, align: 'end', dataIndex: 'lines' },
  ];
  return (
    <>
      <InputNumber
        min={1}
        precision={0}
        placeholder={t.ticketId}
        aria-label={t.ticketId}
        style={{ marginBottom: 12, width: 160 }}
        onChange={(id) => setTicket(typeof id === 'number' ? id : null)}
      />
      <CursorTable<Call>
        path={`plugins/${plugin.id}/calls`}
        query={ticket === null ? {} : { ticket }}
        columns={columns}
        testId="calls"
        every={isShown ? EVERY_MS : undefined}
        expandable={{ expandedRowRender: (row) => <CallDetail plugin={plugin.id} call={row} /> }}
      />
    </>
  );
}

export function Outcome({ outcome }: { outcome: string }) {
  const words = useText(outcomeTexts);
  return <Tag color={outcome === 'ok' ? 'success' : 'error'}>{words[outcome] ?? outcome}</Tag>;
}

/** What an action answered beside its message; a stranger's words too. */
function Output({ value }: { value: unknown }) {
  const t = useText(pluginTexts);
  if (value === null || value === undefined) return null;
  return (
    <Typography.Paragraph className="gavia-mono gavia-pre" data-testid="call-output">
      {t.output} {JSON.stringify(value, null, 2)}
    </Typography.Paragraph>
  );
}

function CallDetail({ plugin, call }: { plugin: number; call: Call }) {
  const t = useText(pluginTexts);
  const detail = useQuery({
    queryKey: [`plugins/${plugin}/calls`, call.id],
    queryFn: ({ signal }) => v2<Call & { log: LogLine[]; output: unknown }>('GET', `plugins/${plugin}/calls/${call.id}`, { signal }),
  });
  if (detail.error) return <Failure error={detail.error} />;
  if (!detail.data) return <Skeleton active />;
  return (
    <>
      {call.detail && <Typography.Paragraph className="gavia-pre">{call.detail}</Typography.Paragraph>}
      <Output value={detail.data.output} />
      <CallLog lines={detail.data.log} />
      {call.logs_dropped > 0 && <Typography.Text type="warning">{t.dropped(call.logs_dropped)}</Typography.Text>}
    </>
  );
}
