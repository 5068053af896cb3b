// What plugins did for a ticket, with the lines that they wrote.
import type { TableProps } from 'antd';
import type { Schema } from '../api/types';
import { CursorTable } from '../parts/CursorTable';
import { localTime } from '../parts/time';
import { CallLog } from '../plugins/CallLog';
import { Outcome } from '../plugins/CallsTab';
import { pluginTexts } from '../plugins/texts';
import { useText } from '../text/language';
import { ticketTexts } from './texts';

type TicketCall = Schema['TicketPluginCall'];

export function TicketCalls({ id }: { id: number }) {
  const t = useText(ticketTexts);
  const words = useText(pluginTexts);
  const columns: TableProps<TicketCall>['columns'] = [
    { title: t.time, render: (_, row) => localTime(row.at) },
    { title: t.plugin, render: (_, row) => `${row.plugin ?? '—'} ${row.version ?? ''}` },
    { title: words.kind, render: (_, row) => words.kindNames[row.kind] ?? row.kind },
    { title: words.outcome, render: (_, row) => <Outcome outcome={row.outcome} /> },
    { title: words.attempt, dataIndex: 'attempt' },
    { title: words.wall, align: 'end', render: (_, row) => `${row.wall_ms} ms` },
    { title: t.lastError, render: (_, row) => <div className="gavia-pre" style={{ maxWidth: 420 }}>{row.detail}</div> },
  ];
  return (
    <CursorTable<TicketCall>
      path={`tickets/${id}/plugin_calls`}
      columns={columns}
      testId="ticket-calls"
      expandable={{ expandedRowRender: (row) => <CallLog lines={row.log} /> }}
    />
  );
}
