// First page after login: how many tickets come, where they wait, and what needs an administrator.
import { useQuery } from '@tanstack/react-query';
import { Card, Col, Row, Skeleton, Statistic, Table } from 'antd';
import { useMemo } from 'react';
import { Link } from 'react-router';
import { v2 } from '../api/client';
import type { Schema } from '../api/types';
import { Failure } from '../parts/Failure';
import { PageHead } from '../parts/PageHead';
import { localTime } from '../parts/time';
import { common } from '../text/common';
import { useText } from '../text/language';
import { useTicketColumns } from '../tickets/TicketsPage';
import { stacks } from './scale';
import { COLOURS, StackedBars } from './StackedBars';
import { TimeBars } from './TimeBars';
import { overviewTexts } from './texts';

type Overview = Schema['Overview'];

const EVERY_MS = 60_000;

export function Page() {
  const t = useText(overviewTexts);
  const shared = useText(common);
  const overview = useQuery({
    queryKey: ['overview'],
    queryFn: ({ signal }) => v2<Overview>('GET', 'overview', { signal }),
    refetchInterval: EVERY_MS,
  });
  if (overview.error) return <Failure error={overview.error} onRetry={() => void overview.refetch()} />;
  if (!overview.data) return <Skeleton active />;
  return (
    <>
      <PageHead title={shared.menu.overview} help={t.help(overview.data.timezone)} />
      <Numbers overview={overview.data} />
      <Charts overview={overview.data} />
      <Oldest rows={overview.data.oldest_waiting} />
    </>
  );
}

function Numbers({ overview }: { overview: Overview }) {
  const t = useText(overviewTexts);
  const sum = (key: 'tickets' | 'open') => overview.workflows.reduce((all, one) => all + one[key], 0);
  const { jobs, deliveries } = overview;
  return (
    <Row gutter={[12, 12]} style={{ marginBottom: 12 }}>
      <Number title={t.tickets} value={sum('tickets')} to="/tickets" />
      <Number title={t.open} value={sum('open')} to="/tickets?is_end=0" />
      <Number title={t.jobsDead} value={jobs.dead} to="/jobs?state=dead" danger={jobs.dead > 0} />
      <Number title={t.jobsWaiting} value={jobs.waiting} to="/jobs?state=waiting" />
      <Number title={t.jobsRunning} value={jobs.running} to="/jobs?state=running" />
      <Col xs={12} md={8} xl={4}>
        <Card size="small" style={{ height: '100%' }}>
          <Statistic
            title={t.deliveries}
            value={t.delivered(deliveries.delivered)}
            styles={{ content: { fontSize: 18, color: deliveries.failed > 0 ? '#dc2626' : undefined } }}
          />
          {t.failedSkipped(deliveries.failed, deliveries.skipped)}
        </Card>
      </Col>
    </Row>
  );
}

function Number({ title, value, to, danger }: { title: string; value: number; to: string; danger?: boolean }) {
  return (
    <Col xs={12} md={8} xl={4}>
      <Link to={to}>
        <Card size="small" hoverable style={{ height: '100%' }}>
          <Statistic title={title} value={value} styles={{ content: { color: danger ? '#dc2626' : undefined } }} />
        </Card>
      </Link>
    </Col>
  );
}

function Charts({ overview }: { overview: Overview }) {
  const t = useText(overviewTexts);
  const { days, tickets_per_day, workflows } = overview;
  const drawn = useMemo(() => {
    const names = new Map(workflows.map((one) => [one.id, one.name]));
    return stacks(days, tickets_per_day, names, COLOURS.length, t.others);
  }, [days, tickets_per_day, workflows, t.others]);
  return (
    <Row gutter={[12, 12]} style={{ marginBottom: 12 }}>
      <Col xs={24} xl={12}>
        <Card size="small" title={t.perDay} style={{ height: '100%' }}>
          <StackedBars {...drawn} title={t.perDay} empty={t.noTickets} />
        </Card>
      </Col>
      <Col xs={24} xl={12}>
        <Card size="small" title={t.timePerState} style={{ height: '100%' }}>
          <TimeBars times={overview.time_per_state} title={t.timePerState} empty={t.noTimes} words={t.times} />
        </Card>
      </Col>
    </Row>
  );
}

function Oldest({ rows }: { rows: Overview['oldest_waiting'] }) {
  const t = useText(overviewTexts);
  const shared = useText(common);
  const columns = useTicketColumns<Overview['oldest_waiting'][number]>().slice(0, 6);
  return (
    <Card size="small" title={t.oldest}>
      <Table<Overview['oldest_waiting'][number]>
        rowKey="id"
        size="small"
        pagination={false}
        scroll={{ x: 'max-content' }}
        dataSource={rows}
        locale={{ emptyText: shared.empty }}
        columns={[...columns, { title: t.waitingSince, render: (_: unknown, row) => localTime(row.waiting_since) }]}
      />
    </Card>
  );
}
