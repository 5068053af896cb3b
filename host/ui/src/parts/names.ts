// Names of departments, roles and scripts in place of their ids. They come from the server, once, and only the kinds that are shown.
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { v1, type Page } from '../api/client';

const LISTS = { department: 'accounts/depts', role: 'accounts/roles', script: 'workflows/run_scripts' } as const;
type Listed = keyof typeof LISTS;
/** More are named by their ids. */
const NAMES_MAX = 1000;

export type Names = (kind: string, id: string) => string | undefined;

/** `kinds` are those of the participants to be named; kinds without ids need nothing. */
export function useNames(kinds: Iterable<string>): Names {
  const used = new Set(kinds);
  const department = useList('department', used.has('department'));
  const role = useList('role', used.has('role'));
  const script = useList('script', used.has('script'));
  return useMemo(() => {
    const lists: Record<string, Map<string, string> | undefined> = { department, role, script };
    return (kind, id) => lists[kind]?.get(id);
  }, [department, role, script]);
}

function useList(kind: Listed, enabled: boolean): Map<string, string> | undefined {
  const list = useQuery({
    queryKey: ['names', kind],
    queryFn: () => v1<Page<{ id: number; name: string }>>('GET', LISTS[kind], { query: { page: 1, per_page: NAMES_MAX } }),
    enabled,
    staleTime: 60_000,
  });
  const rows = list.data?.value;
  return useMemo(() => rows && new Map(rows.map((row) => [String(row.id), row.name])), [rows]);
}
