// The ticket list: every filter of the API, kept in the address so that a search can be sent to somebody else.
import type { TableProps } from 'antd';
import { useMemo } from 'react';
import { Link, useSearchParams } from 'react-router';
import { CursorTable } from '../parts/CursorTable';
import { PageHead } from '../parts/PageHead';
import { useNames } from '../parts/names';
import { localTime } from '../parts/time';
import { common } from '../text/common';
import { useText } from '../text/language';
import { filtersOf, queryOf } from './filters';
import { StatusTags } from './StatusTags';
import { TicketSearch } from './TicketSearch';
import { ticketTexts } from './texts';
import type { TicketRow } from './types';
import { participantsText } from './values';

export function Page() {
  const t = useText(ticketTexts);
  const shared = useText(common);
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => filtersOf(search), [search]);
  return (
    <>
      <PageHead title={shared.menu.tickets} help={t.help} />
      <TicketSearch filters={filters} onSearch={(next) => setSearch(queryOf(next))} />
      <CursorTable<TicketRow> path="tickets" query={queryOf(filters)} columns={useTicketColumns()} testId="tickets" />
    </>
  );
}

export function useTicketColumns<T extends TicketRow>(): NonNullable<TableProps<T>['columns']> {
  const t = useText(ticketTexts);
  const names = useNames(['department', 'role', 'script']);
  return [
    { title: t.sn, render: (_, row) => <Link to={`/tickets/${row.id}`}>{row.sn}</Link> },
    {
      title: t.title,
      render: (_, row) => (
        <Link to={`/tickets/${row.id}`} style={{ display: 'inline-block', maxWidth: 320, overflowWrap: 'anywhere' }}>
          {row.title || '—'}
        </Link>
      ),
    },
    { title: t.workflow, render: (_, row) => row.workflow.name ?? '—' },
    { title: t.state, render: (_, row) => row.state.name ?? '—' },
    { title: t.status, render: (_, row) => <StatusTags ticket={row} /> },
    { title: t.participants, render: (_, row) => participantsText(row.participants, t.kinds, names) },
    { title: t.creator, dataIndex: 'creator' },
    { title: t.createdAt, render: (_, row) => localTime(row.created_at) },
    { title: t.modifiedAt, render: (_, row) => localTime(row.modified_at) },
  ];
}
