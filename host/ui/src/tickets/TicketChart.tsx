// The chart of the ticket's workflow with the path that it took; the chart itself is loaded when somebody looks at it.
import { Skeleton } from 'antd';
import { lazy, Suspense } from 'react';
import type { TicketDetail } from './types';

const Chart = lazy(async () => ({ default: (await import('../chart')).WorkflowChart }));

export function TicketChart({ ticket }: { ticket: TicketDetail }) {
  return (
    <Suspense fallback={<Skeleton active />}>
      <Chart workflowId={ticket.workflow.id} path={ticket.path} current={ticket.state.id} height={520} isEmbedded />
    </Suspense>
  );
}
