// Parts of a workflow in words: a time, who acts in a state. Names of departments, roles and scripts come from the server, once.
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { v1, type Page } from '../api/client';
import { useText } from '../text/language';
import type { Participant, WorkflowDocument } from './document';
import type { ChartWords } from './graph';
import { chartTexts, type ChartTexts } from './texts';

const LISTS = { department: 'accounts/depts', role: 'accounts/roles', script: 'workflows/run_scripts' } as const;
type Listed = keyof typeof LISTS;
/** More are named by their ids. */
const NAMES_MAX = 1000;

export type Names = (kind: string, id: string) => string | undefined;

/** Names of what a document's participants point at; only the kinds that it uses are asked for. */
export function useNames(document: WorkflowDocument | undefined): Names {
  const used = new Set(document?.states.map((state) => state.participant.kind));
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

export function useChartWords(names: Names): ChartWords {
  const t = useText(chartTexts);
  return useMemo(
    () => ({
      otherwise: t.otherwise,
      timer: (name, seconds) => t.after(name === '' ? t.unnamed : name, durationOf(seconds, t)),
      participant: (state) => participantLine(state.participant, t, names),
    }),
    [t, names],
  );
}

/** `2 d 3 h`, in one piece. */
export function durationOf(seconds: number, t: Pick<ChartTexts, 'days' | 'hours' | 'minutes' | 'seconds'>): string {
  const units = [
    { size: 86_400, text: t.days },
    { size: 3600, text: t.hours },
    { size: 60, text: t.minutes },
    { size: 1, text: t.seconds },
  ];
  const parts: string[] = [];
  let rest = Math.max(0, Math.floor(seconds));
  for (const { size, text } of units) {
    const count = Math.floor(rest / size);
    if (count > 0) parts.push(text(count));
    rest -= count * size;
  }
  return parts.length === 0 ? t.seconds(0) : parts.join('\u00a0');
}

/** Short enough for a node: `Role: reviewers`, `jack`, `Hook: jira.example.com`. */
export function participantLine(participant: Participant, t: ChartTexts, names: Names): string {
  const { kind, value } = participant;
  if (kind === 'nobody') return '';
  if (typeof value !== 'string') return [t.participantKinds[kind], hostOf(value.hook_url)].filter(Boolean).join(': ');
  const parts = value.split(',').map((part) => part.trim()).filter((part) => part !== '');
  const shown = parts.map((part) => (kind === 'variable' ? (t.variables[part] ?? part) : (names(kind, part) ?? part)));
  const text = shown.length > 3 ? `${shown.slice(0, 3).join(', ')} +${shown.length - 3}` : shown.join(', ');
  if (kind === 'person' || kind === 'several' || kind === 'variable') return text;
  return text === '' ? t.participantKinds[kind] : `${t.participantKinds[kind]}: ${text}`;
}

function hostOf(url: unknown): string {
  return typeof url === 'string' && URL.canParse(url) ? new URL(url).host : '';
}
