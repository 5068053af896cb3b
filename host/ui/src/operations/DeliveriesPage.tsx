// Deliveries, attempt by attempt: of one notice, and of hooks, with the calls that are still to come.
import { useQuery } from '@tanstack/react-query';
import { Alert, Empty, Select, Tabs, Tag, Typography, type TableProps } from 'antd';
import { useState } from 'react';
import { Link, useSearchParams } from 'react-router';
import { v1, type Page as ListPage } from '../api/client';
import type { Schema } from '../api/types';
import { CursorTable, EVERY_MS } from '../parts/CursorTable';
import { PageHead } from '../parts/PageHead';
import { localTime } from '../parts/time';
import { common } from '../text/common';
import { useText } from '../text/language';
import { JobsTable } from './JobsTable';
import { operationTexts } from './texts';

type Delivery = Schema['DeliveryView'];

export function Page() {
  const t = useText(operationTexts);
  const shared = useText(common);
  const [search, setSearch] = useSearchParams();
  const notice = Number(search.get('notice')) || undefined;
  return (
    <>
      <PageHead title={shared.menu.deliveries} help={t.deliveriesHelp} />
      <Tabs
        items={[
          {
            key: 'notices',
            label: t.notices,
            children: <Notices notice={notice} onPick={(id) => setSearch({ notice: String(id) }, { replace: true })} />,
          },
          {
            key: 'hooks',
            label: t.hooks,
            children: <Hooks />,
          },
        ]}
      />
    </>
  );
}

function Notices({ notice, onPick }: { notice: number | undefined; onPick: (id: number) => void }) {
  const t = useText(operationTexts);
  const query = { per_page: 10_000, page: 1 };
  const notices = useQuery({
    queryKey: ['workflows/custom_notices', query],
    queryFn: ({ signal }) => v1<ListPage<{ id: number; name: string }>>('GET', 'workflows/custom_notices', { query, signal }),
  });
  return (
    <>
      <Select
        value={notice}
        style={{ width: 280, marginBottom: 12 }}
        placeholder={t.pickNotice}
        aria-label={t.pickNotice}
        data-testid="deliveries-notice"
        showSearch={{ optionFilterProp: 'label' }}
        loading={notices.isPending}
        onChange={onPick}
        options={(notices.data?.value ?? []).map((one) => ({ value: one.id, label: one.name }))}
      />
      {notice === undefined ? <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t.noNotice} /> : <Deliveries notice={notice} />}
    </>
  );
}

type HookDelivery = Schema['HookDeliveryView'];

function Hooks() {
  const t = useText(operationTexts);
  const [outcome, setOutcome] = useState<string | undefined>();
  const columns: TableProps<HookDelivery>['columns'] = [
    { title: t.time, render: (_, row) => localTime(row.created_at) },
    { title: t.ticket, render: (_, row) => <Link to={`/tickets/${row.ticket_id}`}>{row.ticket_id}</Link> },
    { title: t.hookState, render: (_, row) => row.state_name ?? row.state_id },
    { title: t.attempt, dataIndex: 'attempt' },
    { title: t.outcome, render: (_, row) => <Tag color={COLOURS[row.outcome]}>{t.outcomes[row.outcome] ?? row.outcome}</Tag> },
    { title: t.took, align: 'end', render: (_, row) => `${row.took_ms} ms` },
    { title: t.detail, render: (_, row) => <div className="gavia-pre" style={{ maxWidth: 420 }}>{row.detail}</div> },
  ];
  return (
    <>
      <Alert type="info" title={t.hooksHelp} style={{ marginBottom: 12 }} />
      <Select
        allowClear
        style={{ width: 180, marginBottom: 12 }}
        placeholder={t.anyOutcome}
        aria-label={t.outcome}
        onChange={setOutcome}
        options={['delivered', 'failed'].map((one) => ({ value: one, label: t.outcomes[one] }))}
      />
      <CursorTable<HookDelivery> path="hook_deliveries" query={{ outcome }} columns={columns} testId="hook-deliveries" every={EVERY_MS} />
      <Typography.Title level={5}>{t.hooksToCome}</Typography.Title>
      <JobsTable query={{ kind: 'hook' }} />
    </>
  );
}

const COLOURS: Record<string, string> = { delivered: 'success', failed: 'error', skipped: 'default' };

function Deliveries({ notice }: { notice: number }) {
  const t = useText(operationTexts);
  const columns: TableProps<Delivery>['columns'] = [
    { title: t.time, render: (_, row) => localTime(row.created_at) },
    { title: t.ticket, render: (_, row) => row.ticket_id && <Link to={`/tickets/${row.ticket_id}`}>{row.ticket_id}</Link> },
    { title: t.attempt, dataIndex: 'attempt' },
    { title: t.outcome, render: (_, row) => <Tag color={COLOURS[row.outcome]}>{t.outcomes[row.outcome] ?? row.outcome}</Tag> },
    { title: t.recipients, render: (_, row) => t.reached(row.recipients.filter((one) => one.is_reached).length, row.recipients.length) },
    { title: t.detail, render: (_, row) => <div className="gavia-pre" style={{ maxWidth: 420 }}>{row.detail}</div> },
  ];
  return (
    <CursorTable<Delivery>
      path={`notices/${notice}/deliveries`}
      columns={columns}
      testId="deliveries"
      every={EVERY_MS}
      expandable={{
        rowExpandable: (row) => row.recipients.length > 0,
        expandedRowRender: (row) =>
          row.recipients.map((one) => (
            <div key={one.username}>
              <Tag color={one.is_reached ? 'success' : 'error'}>{one.username}</Tag> {one.detail}
            </div>
          )),
      }}
    />
  );
}
