// The marks of a ticket: ongoing or over, rejected, a run that failed, countersigning.
import { Tag } from 'antd';
import { useText } from '../text/language';
import { ticketTexts } from './texts';
import type { TicketRow, TicketStatus } from './types';

const COLOURS: Record<TicketStatus, string> = { ongoing: 'processing', ended: 'success', closed: 'default' };

export function StatusTags({ ticket }: { ticket: Pick<TicketRow, 'status' | 'is_rejected' | 'run_failed' | 'in_add_node'> }) {
  const t = useText(ticketTexts);
  return (
    <span data-testid="ticket-status" data-status={ticket.status}>
      <Tag color={COLOURS[ticket.status]}>{t.statuses[ticket.status] ?? ticket.status}</Tag>
      {ticket.is_rejected && <Tag color="error">{t.rejected}</Tag>}
      {ticket.run_failed && <Tag color="volcano">{t.runFailed}</Tag>}
      {ticket.in_add_node && <Tag color="gold">{t.inAddNode}</Tag>}
    </span>
  );
}
