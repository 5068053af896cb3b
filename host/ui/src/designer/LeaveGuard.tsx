// Asks before unsaved changes are lost: on the console's own links, on signing out, on the way to the login when the session has ended
// (one can sign in again in another tab and save here), and on leaving the page altogether.
import { useBlocker } from 'react-router';
import { AskToLeave } from '../parts/AskToLeave';
import { useText } from '../text/language';
import { designerTexts } from './texts';

/** `own`: the designer's address, which a new workflow's first saving changes. */
export function LeaveGuard({ isDirty, own }: { isDirty: boolean; own: string }) {
  const t = useText(designerTexts);
  const blocker = useBlocker(({ nextLocation }) => isDirty && nextLocation.pathname !== own);
  const { leave, leaveYes, leaveNo: stay, leaveText: lost, leaveOver: over } = t.save;
  return <AskToLeave blocker={blocker} isAsked={isDirty} words={{ leave, leaveYes, stay, lost, over }} />;
}
