// The question before something unsaved is lost by leaving: on the console's own links and on the way to the login, which a blocker of the
// router stops, and, while `isAsked`, on leaving the console altogether. What is lost, and when to ask, is the caller's.
import { Modal } from 'antd';
import { useEffect } from 'react';
import type { Blocker } from 'react-router';

export interface LeaveWords {
  leave: string;
  leaveYes: string;
  stay: string;
  lost: string;
  /** Where the session has ended. */
  over: string;
}

export function AskToLeave({ blocker, isAsked, words }: { blocker: Blocker; isAsked: boolean; words: LeaveWords }) {
  useEffect(() => {
    if (!isAsked) return;
    const asked = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener('beforeunload', asked);
    return () => window.removeEventListener('beforeunload', asked);
  }, [isAsked]);

  return (
    <Modal
      open={blocker.state === 'blocked'}
      title={words.leave}
      okText={words.leaveYes}
      cancelText={words.stay}
      okButtonProps={{ danger: true }}
      onOk={() => blocker.proceed?.()}
      onCancel={() => blocker.reset?.()}
      data-testid="leave-guard"
    >
      {blocker.location?.pathname === '/login' ? words.over : words.lost}
    </Modal>
  );
}
