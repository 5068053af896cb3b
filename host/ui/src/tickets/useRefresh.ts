// Everything that is shown of one ticket is read again, in whatever tab it stands.
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';

export function useRefresh(ticket: number): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(async () => {
    const keys = [['tickets'], [`tickets/${ticket}/log`], [`tickets/${ticket}/plugin_calls`], ['jobs'], ['overview']];
    await Promise.all(keys.map((queryKey) => queries.invalidateQueries({ queryKey })));
  }, [queries, ticket]);
}
