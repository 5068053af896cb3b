// Jobs, with retry and drop. Used by the page of all jobs and by a ticket's own.
import { Tag, Tooltip, type TableProps } from 'antd';
import { Link } from 'react-router';
import { v2, type Query } from '../api/client';
import { ActionButton } from '../parts/ActionButton';
import { CursorTable, EVERY_MS } from '../parts/CursorTable';
import { localTime } from '../parts/time';
import { useAction } from '../parts/useAction';
import { common } from '../text/common';
import { useText } from '../text/language';
import type { Job } from '../tickets/types';
import { operationTexts } from './texts';

const COLOURS: Record<string, string> = { waiting: 'default', running: 'processing', dead: 'error' };

export function JobsTable({ query }: { query: Query }) {
  const t = useText(operationTexts);
  const shared = useText(common);
  const { run } = useAction();
  const changed = [['jobs'], ['hook_deliveries'], ['tickets'], ['overview']];
  const columns: TableProps<Job>['columns'] = [
    { title: shared.column.id, dataIndex: 'id' },
    { title: t.kind, render: (_, job) => t.kinds[job.kind] ?? job.kind },
    {
      title: t.state,
      render: (_, job) => (
        <Tag color={COLOURS[job.state]} data-testid={`job-state-${job.id}`} data-state={job.state}>
          {t.states[job.state] ?? job.state}
        </Tag>
      ),
    },
    { title: t.ticket, render: (_, job) => job.ticket_id && <Link to={`/tickets/${job.ticket_id}`}>{job.ticket_id}</Link> },
    { title: t.attempts, dataIndex: 'attempts' },
    {
      title: t.lastError,
      render: (_, job) => (
        <div className="gavia-pre" style={{ maxWidth: 420, maxHeight: 88, overflow: 'auto' }}>
          {job.last_error}
        </div>
      ),
    },
    { title: t.due, render: (_, job) => (job.dead_at ? <Tooltip title={t.died}>{localTime(job.dead_at)}</Tooltip> : localTime(job.run_at)) },
    { title: t.created, render: (_, job) => localTime(job.created_at) },
    {
      title: shared.column.actions,
      fixed: 'right',
      render: (_, job) => (
        <>
          <ActionButton
            testId={`job-retry-${job.id}`}
            disabled={job.state === 'running' || job.kind === 'timer'}
            onClick={() => run(() => v2('POST', `jobs/${job.id}/retry`), t.retried, changed)}
          >
            {t.retry}
          </ActionButton>
          <ActionButton
            testId={`job-drop-${job.id}`}
            danger
            disabled={job.state === 'running'}
            question={t.confirmDrop(t.lostBy[job.kind] ?? '')}
            onClick={() => run(() => v2('DELETE', `jobs/${job.id}`), t.dropped, changed)}
          >
            {t.drop}
          </ActionButton>
        </>
      ),
    },
  ];
  return <CursorTable<Job> path="jobs" query={query} columns={columns} testId="jobs" every={EVERY_MS} />;
}
