// Asks before unsaved changes are lost: on the console's own links, on signing out, on the way to the login when the session has ended
// (one can sign in again in another tab and save here), and on leaving the page altogether.
import { Modal } from 'antd';
import { useEffect } from 'react';
import { useBlocker } from 'react-router';
import { useText } from '../text/language';
import { designerTexts } from './texts';

/** `own`: the designer's address, which a new workflow's first saving changes. */
export function LeaveGuard({ isDirty, own }: { isDirty: boolean; own: string }) {
  const t = useText(designerTexts);
  const blocker = useBlocker(({ nextLocation }) => isDirty && nextLocation.pathname !== own);

  useEffect(() => {
    if (!isDirty) return;
    const asked = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', asked);
    return () => window.removeEventListener('beforeunload', asked);
  }, [isDirty]);

  return (
    <Modal
      open={blocker.state === 'blocked'}
      title={t.save.leave}
      okText={t.save.leaveYes}
      cancelText={t.save.leaveNo}
      okButtonProps={{ danger: true }}
      onOk={() => blocker.proceed?.()}
      onCancel={() => blocker.reset?.()}
      data-testid="leave-guard"
    >
      {blocker.location?.pathname === '/login' ? t.save.leaveOver : t.save.leaveText}
    </Modal>
  );
}
