// Who is signed in. The answer of /api/v2/session is kept for the whole console; the login page drops it with all else that is kept.
import { useQuery } from '@tanstack/react-query';
import { redirect } from 'react-router';
import { v2 } from '../api/client';
import type { Schema } from '../api/types';
import { setZone } from '../parts/time';

export type Session = Schema['SessionView'];

export const SESSION_KEY = ['session'];

export function useSession() {
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: async ({ client }) => {
      const now = settled(await v2<Session>('GET', 'session'));
      const before = client.getQueryData<Session>(SESSION_KEY);
      // nothing that was read for one person is shown to another; the frame begins its page anew with the name
      if (before && before.user.username !== now.user.username) {
        client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== SESSION_KEY[0] });
      }
      return now;
    },
    staleTime: 60_000,
    // in another tab somebody may have signed out, or in as somebody else
    refetchOnWindowFocus: 'always',
  });
}

function settled(session: Session): Session {
  setZone(session.timezone);
  return session;
}

export async function login(username: string, password: string): Promise<Session> {
  return settled(await v2<Session>('POST', 'session', { body: { username, password } }));
}

/** The action of /logout: gives the error where the session could not be ended. */
export async function logout(): Promise<Response | Error> {
  try {
    await v2<void>('DELETE', 'session');
  } catch (error) {
    return error as Error;
  }
  return redirect('/login');
}

export function changePassword(current_password: string, new_password: string): Promise<void> {
  return v2<void>('PUT', 'session/password', { body: { current_password, new_password } });
}
