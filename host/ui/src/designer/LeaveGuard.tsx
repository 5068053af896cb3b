// Asks before unsaved changes are lost: on the console's own links, on the way to the login when the session has ended (one can sign in
// again in another tab and save here), and on leaving the page altogether.
import { Modal } from 'antd';
import { useEffect } from 'react';
import { useBlocker } from 'react-router';
import { useText } from '../text/language';
import { designerTexts } from './texts';

export function LeaveGuard({ isDirty }: { isDirty: boolean }) {
  const t = useText(designerTexts);
  const blocker = useBlocker(({ currentLocation, nextLocation }) => isDirty && currentLocation.pathname !== nextLocation.pathname);

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
      {t.save.leaveText}
    </Modal>
  );
}
