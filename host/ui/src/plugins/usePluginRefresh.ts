// Everything that is shown of one plugin is read again, in whatever tab it stands: a visited tab stays mounted and would go stale.
import { useQueryClient, type QueryClient, type QueryKey } from '@tanstack/react-query';
import { useCallback } from 'react';

/** A plugin's own page and the lists of plugins are below `plugins`; what its tabs read is below `plugins/ID/…`. */
export function isOfPlugin(id: number, key: QueryKey): boolean {
  const [path] = key;
  return path === 'plugins' || (typeof path === 'string' && path.startsWith(`plugins/${id}/`));
}

export function refreshPlugin(queries: QueryClient, id: number): Promise<void> {
  return queries.invalidateQueries({ predicate: ({ queryKey }) => isOfPlugin(id, queryKey) });
}

export function usePluginRefresh(id: number): () => Promise<void> {
  const queries = useQueryClient();
  return useCallback(() => refreshPlugin(queries, id), [queries, id]);
}
