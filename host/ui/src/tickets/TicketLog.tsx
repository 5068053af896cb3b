// The flow log, newest first: who did what, in which state, and what it changed; the whole snapshot on demand.
import { Collapse, Empty, Flex, Tag, type TableProps } from 'antd';
import { Changes, type ChangeWords } from '../parts/Changes';
import { CursorTable } from '../parts/CursorTable';
import { useNames } from '../parts/names';
import { localTime } from '../parts/time';
import { personText } from '../people/types';
import { useText } from '../text/language';
import { ticketTexts } from './texts';
import type { LogEntry, TicketDetail } from './types';
import { snapshotWords } from './snapshotWords';

export function TicketLog({ ticket }: { ticket: TicketDetail }) {
  const t = useText(ticketTexts);
  const names = useNames(['department', 'role', 'script']);
  const words = snapshotWords(ticket, t.snapshotKeys, t.kinds, names);
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
      expandable={{ expandedRowRender: (row) => <Snapshot entry={row} words={words} /> }}
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

function Snapshot({ entry, words }: { entry: LogEntry; words: ChangeWords }) {
  const t = useText(ticketTexts);
  return (
    <Flex vertical gap={8}>
      {entry.changes.length === 0 ? (
        <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t.noChanges} />
      ) : (
        <Changes changes={entry.changes} words={words} />
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
