// What an administrator may do to a ticket from outside of its workflow. Each act asks for a reason, which the flow log keeps.
import { DownOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useState } from 'react';
import { useText } from '../text/language';
import { InterventionDialog, type Action } from './InterventionDialog';
import { ticketTexts } from './texts';
import type { TicketDetail } from './types';

export function InterventionMenu({ ticket }: { ticket: TicketDetail }) {
  const t = useText(ticketTexts);
  const [action, setAction] = useState<Action | null>(null);
  const words: Record<Action, string> = {
    force_state: t.forceState,
    deliver: t.deliver,
    set_fields: t.editFields,
    comment: t.comment,
    retry: t.retry,
    close: t.close,
  };
  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: (Object.keys(words) as Action[]).map((key) => ({
            key,
            danger: key === 'close',
            label: <span data-testid={`intervene-${key}`}>{words[key]}</span>,
            onClick: () => setAction(key),
          })),
        }}
      >
        <Button type="primary" icon={<DownOutlined />} iconPlacement="end" data-testid="intervene">
          {t.actions}
        </Button>
      </Dropdown>
      <InterventionDialog ticket={ticket} action={action} title={action ? words[action] : ''} onClose={() => setAction(null)} />
    </>
  );
}
