// One ticket: its facts, its form as a handler and as a viewer have it, the chart with the path taken, log, jobs, and interventions.
import { useQuery } from '@tanstack/react-query';
import { Badge, Button, Descriptions, Flex, Skeleton, Tabs, Typography } from 'antd';
import { Link, useParams, useSearchParams } from 'react-router';
import { v2 } from '../api/client';
import type { Schema } from '../api/types';
import { JobsTable } from '../operations/JobsTable';
import { Failure } from '../parts/Failure';
import { PageHead } from '../parts/PageHead';
import { useNames } from '../parts/names';
import { localTime } from '../parts/time';
import { personText } from '../people/types';
import { common } from '../text/common';
import { useText } from '../text/language';
import { InterventionMenu } from './InterventionMenu';
import { StatusTags } from './StatusTags';
import { TicketCalls } from './TicketCalls';
import { TicketChart } from './TicketChart';
import { TicketForm } from './TicketForm';
import { TicketLog } from './TicketLog';
import { ticketTexts } from './texts';
import type { TicketDetail } from './types';
import { useRefresh } from './useRefresh';
import { participantsText } from './values';

export function Page() {
  const id = Number(useParams().id);
  const ticket = useQuery({
    queryKey: ['tickets', id],
    queryFn: ({ signal }) => v2<TicketDetail>('GET', `tickets/${id}`, { signal }),
  });
  if (ticket.error) return <Failure error={ticket.error} onRetry={() => void ticket.refetch()} />;
  if (!ticket.data) return <Skeleton active />;
  return <Ticket ticket={ticket.data} busy={ticket.isFetching} />;
}

function Ticket({ ticket, busy }: { ticket: TicketDetail; busy: boolean }) {
  const refresh = useRefresh(ticket.id);
  const t = useText(ticketTexts);
  const shared = useText(common);
  const [search, setSearch] = useSearchParams();
  return (
    <>
      <PageHead
        title={t.ticket(ticket.sn)}
        help={ticket.title}
        extra={
          <>
            <Button onClick={() => void refresh()} loading={busy} data-testid="ticket-refresh">
              {shared.button.refresh}
            </Button>
            <InterventionMenu ticket={ticket} />
          </>
        }
      />
      <Facts ticket={ticket} />
      <Tabs
        activeKey={search.get('tab') ?? 'handler'}
        onChange={(tab) => setSearch({ tab }, { replace: true })}
        style={{ marginTop: 12 }}
        items={[
          { key: 'handler', label: t.handlerForm, children: <TicketForm fields={ticket.forms.handler} testId="form-handler" /> },
          { key: 'viewer', label: t.viewerForm, children: <TicketForm fields={ticket.forms.viewer} testId="form-viewer" /> },
          { key: 'chart', label: t.chart, children: <TicketChart ticket={ticket} /> },
          { key: 'log', label: t.log, children: <TicketLog ticket={ticket} /> },
          {
            key: 'jobs',
            label: (
              <Badge count={ticket.jobs.length} size="small" offset={[8, 0]}>
                {t.jobs}
              </Badge>
            ),
            children: <JobsTable query={{ ticket_id: ticket.id }} />,
          },
          { key: 'calls', label: t.pluginCalls, children: <TicketCalls id={ticket.id} /> },
        ]}
      />
    </>
  );
}

function Facts({ ticket }: { ticket: TicketDetail }) {
  const t = useText(ticketTexts);
  const names = useNames([ticket.participants.kind]);
  const people = (list: { username: string; alias: string }[]) => list.map((one) => personText(one.username, one.alias)).join('、') || '—';
  const items = [
    { key: 'status', label: t.status, children: <StatusTags ticket={ticket} /> },
    { key: 'state', label: t.state, children: <strong data-testid="ticket-state">{ticket.state.name ?? '—'}</strong> },
    {
      key: 'workflow',
      label: t.workflow,
      children: <Link to={`/workflows/${ticket.workflow.id}/chart`}>{ticket.workflow.name ?? '—'}</Link>,
    },
    { key: 'participants', label: t.participants, children: participantsText(ticket.participants, t.kinds, names) },
    { key: 'holders', label: t.holders, children: people(ticket.holders) },
    { key: 'creator', label: t.creator, children: ticket.creator },
    { key: 'created', label: t.createdAt, children: localTime(ticket.created_at) },
    { key: 'modified', label: t.modifiedAt, children: localTime(ticket.modified_at) },
    { key: 'related', label: t.relatedPeople, children: people(ticket.related) },
  ];
  if (ticket.add_nodes.length > 0) {
    items.push({ key: 'asked', label: t.askedBy, children: ticket.add_nodes.map((one) => one.asked_by).join('、') });
  }
  if (ticket.everybody.length > 0) {
    const votes = ticket.everybody.map((one) => `${personText(one.username, one.alias)}: ${one.transition?.name ?? t.notYet}`);
    items.push({ key: 'everybody', label: `${t.everybody} · ${t.round(ticket.round)}`, children: votes.join('；') });
  }
  if (ticket.parent) items.push({ key: 'parent', label: t.parent, children: <Relative ticket={ticket.parent} /> });
  if (ticket.children.length > 0) {
    const children = (
      <Flex vertical>
        {ticket.children.map((child) => (
          <Relative key={child.id} ticket={child} />
        ))}
      </Flex>
    );
    items.push({ key: 'children', label: t.children, children });
  }
  return <Descriptions bordered size="small" column={{ xs: 1, sm: 2, xl: 3 }} items={items} />;
}

function Relative({ ticket }: { ticket: Schema['RelativeView'] }) {
  return (
    <span>
      <Link to={`/tickets/${ticket.id}`}>{ticket.sn}</Link> {ticket.title}{' '}
      <Typography.Text type="secondary">({ticket.state.name})</Typography.Text>
    </span>
  );
}
