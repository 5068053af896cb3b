// Asks before what was typed into a form is lost by leaving its page: on the console's own links, on the way to the login when the session
// has ended (one can sign in again in another tab and save here), and on leaving the console altogether.
import { useBlocker } from 'react-router';
import { common } from '../text/common';
import { useText } from '../text/language';
import { AskToLeave } from './AskToLeave';

/**
 * Whether leaving is asked about. While a form is being saved its own save may lead on, as that of a new plugin leads to its page; the way
 * to the login tells that the save was refused.
 */
export function asksToLeave(from: string, to: string, isSaving: boolean): boolean {
  return from !== to && (!isSaving || to === '/login');
}

/** Mounted only while there is something to lose: the router asks the newest guard alone, and there may be another one below. */
export function LeaveGuard({ isSaving }: { isSaving: boolean }) {
  const t = useText(common);
  const blocker = useBlocker(({ currentLocation, nextLocation }) => asksToLeave(currentLocation.pathname, nextLocation.pathname, isSaving));
  return <AskToLeave blocker={blocker} isAsked words={t.unsaved} />;
}
