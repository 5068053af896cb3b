// The flow log, newest first: who did what, in which state, and what it changed; the whole snapshot on demand.
import { Collapse, Empty, Flex, Tag, Typography, type TableProps } from 'antd';
import { CursorTable } from '../parts/CursorTable';
import { localTime } from '../parts/time';
import { personText } from '../people/types';
import { useText } from '../text/language';
import { ticketTexts } from './texts';
import type { Change, FieldShape, LogEntry, TicketDetail } from './types';
import { valueText } from './values';

export function TicketLog({ ticket }: { ticket: TicketDetail }) {
  const t = useText(ticketTexts);
  const fields = new Map([...ticket.forms.viewer, ...ticket.forms.handler].map((field) => [field.key, field]));
  const columns: TableProps<LogEntry>['columns'] = [
    { title: t.time, render: (_, row) => localTime(row.created_at) },
    { title: t.state, render: (_, row) => row.state.name },
    { title: t.actor, render: (_, row) => <Actor actor={row.actor} /> },
    { title: t.action, render: (_, row) => row.transition?.name ?? <Tag>{t.interventions[row.intervention] ?? row.intervention}</Tag> },
    {
      title: t.suggestion,
      render: (_, row) => <div className="gavia-pre" style={{ maxWidth: 420 }}>{row.suggestion}</div>,
    },
    { title: t.changes, render: (_, row) => row.changes.length || '' },
  ];
  return (
    <CursorTable<LogEntry>
      path={`tickets/${ticket.id}/log`}
      columns={columns}
      testId="ticket-log"
      expandable={{ expandedRowRender: (row) => <Snapshot entry={row} fields={fields} /> }}
    />
  );
}

function Actor({ actor }: { actor: LogEntry['actor'] }) {
  const t = useText(ticketTexts);
  const kind = t.actorKinds[actor.kind] ?? actor.kind;
  return (
    <>
      {personText(actor.name, actor.alias)} {kind && <Tag>{kind}</Tag>}
    </>
  );
}

function Snapshot({ entry, fields }: { entry: LogEntry; fields: Map<string, FieldShape> }) {
  const t = useText(ticketTexts);
  return (
    <Flex vertical gap={8}>
      {entry.changes.length === 0 ? (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t.noChanges} />
      ) : (
        <Changes changes={entry.changes} fields={fields} />
      )}
      {entry.snapshot && (
        <Collapse
          size="small"
          items={[
            {
              key: 'snapshot',
              label: t.snapshot,
              children: <pre className="gavia-mono gavia-pre">{JSON.stringify(entry.snapshot, null, 2)}</pre>,
            },
          ]}
        />
      )}
    </Flex>
  );
}

/** Rows of `key: before → after`. */
export function Changes({ changes, fields }: { changes: Change[]; fields?: Map<string, FieldShape> }) {
  return (
    <table>
      <tbody>
        {changes.map((change) => {
          const field = fields?.get(change.key);
          return (
            <tr key={change.key}>
              <th scope="row" style={{ textAlign: 'start', fontWeight: 500, paddingInlineEnd: 16, verticalAlign: 'top' }}>
                {field?.name ?? <span className="gavia-mono">{change.key}</span>}
              </th>
              <td className="gavia-pre">
                {valueText(change.before, field) !== '' && (
                  <Typography.Text delete type="secondary">
                    {valueText(change.before, field)}
                  </Typography.Text>
                )}{' '}
                → {valueText(change.after, field) || '∅'}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
