// Something an administrator does at once, by a button: runs, says how it went, and has what it changed read anew.
import { useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { useNotify } from './notify';

/** Beginnings of the keys of what changes, or what reads it anew. */
export type Changed = QueryKey[] | (() => Promise<unknown>);

/** Reads anew what `changed` names. */
export function useReadAnew(): (changed: Changed) => Promise<unknown> {
  const queries = useQueryClient();
  return useCallback(
    (changed) => (typeof changed === 'function' ? changed() : Promise.all(changed.map((queryKey) => queries.invalidateQueries({ queryKey })))),
    [queries],
  );
}

export function useAction() {
  const notify = useNotify();
  const readAnew = useReadAnew();
  const [busy, setBusy] = useState(false);
  /** Runs `act`; after success shows `text`. What it `changed` is read anew after a failure too, which may come of what is shown being old. */
  const run = useCallback(
    async (act: () => Promise<unknown>, text: string, changed: Changed) => {
      setBusy(true);
      try {
        await act();
        notify.success(text);
        await readAnew(changed);
        return true;
      } catch (error) {
        notify.failure(error);
        // the failure is said at once: reading from a server that does not answer takes its time
        void readAnew(changed);
        return false;
      } finally {
        setBusy(false);
      }
    },
    [notify, readAnew],
  );
  return { run, busy };
}
