// Something an administrator does at once, by a button: runs, says how it went, and has what it changed read anew.
import { useQueryClient, type QueryKey } from '@tanstack/react-query';
import { useCallback, useState } from 'react';
import { useNotify } from './notify';

export function useAction() {
  const notify = useNotify();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);
  /** Runs `act`; after success shows `text` and refreshes the queries whose keys begin with one of `changed`. */
  const run = useCallback(
    async (act: () => Promise<unknown>, text: string, changed: QueryKey[]) => {
      setBusy(true);
      try {
        await act();
        notify.success(text);
        await Promise.all(changed.map((queryKey) => queries.invalidateQueries({ queryKey })));
        return true;
      } catch (error) {
        notify.failure(error);
        return false;
      } finally {
        setBusy(false);
      }
    },
    [notify, queries],
  );
  return { run, busy };
}
