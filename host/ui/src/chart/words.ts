// Parts of a workflow in words: a time, who acts in a state.
import { useMemo } from 'react';
import type { Names } from '../parts/names';
import { useText } from '../text/language';
import type { Participant } from './document';
import type { ChartWords } from './graph';
import { chartTexts, type ChartTexts } from './texts';

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
