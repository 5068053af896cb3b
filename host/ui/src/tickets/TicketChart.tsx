// The chart of the ticket's workflow with the path that it took; the chart itself is loaded when somebody looks at it.
import { Skeleton } from 'antd';
import { lazy, Suspense } from 'react';
import type { TicketDetail } from './types';

const Chart = lazy(async () => ({ default: (await import('../chart')).Page }));

export function TicketChart({ ticket }: { ticket: TicketDetail }) {
  return (
    <Suspense fallback={<Skeleton active />}>
      <Chart key={ticket.id} />
    </Suspense>
  );
}
