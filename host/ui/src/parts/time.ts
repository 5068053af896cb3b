// Times of v2 answers are RFC 3339 in UTC; they are shown in the server's zone, as the times of v1.0 answers are.
import type { ChartTexts } from '../chart/texts';

let zone: string | undefined;

/** The server's zone, known from the session; until then the browser's is used. A name the browser does not know changes nothing. */
export function setZone(name: string): void {
  try {
    new Intl.DateTimeFormat('sv-SE', { timeZone: name });
    zone = name;
  } catch {
    zone = undefined;
  }
}

/** `2026-11-25 08:15:02`, or '' for none. A text that is no time is shown as it came. */
export function localTime(text: string | null | undefined): string {
  if (!text) return '';
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  return at.toLocaleString('sv-SE', { timeZone: zone, hour12: false }).replace('T', ' ');
}

/** How many of a unit there are, in the words of the chart, which has them in both languages. */
type DurationWords = Pick<ChartTexts, 'days' | 'hours' | 'minutes' | 'seconds'>;

/** `45 s`, `3 min`, `1.5 h`, `2 d`: one unit is enough to compare waits by. */
export function duration(seconds: number, words: DurationWords): string {
  const steps: [number, (count: number) => string][] = [
    [86_400, words.days],
    [3_600, words.hours],
    [60, words.minutes],
  ];
  for (const [size, text] of steps) {
    if (seconds >= size) {
      const count = seconds / size;
      return text(count < 10 ? Math.round(count * 10) / 10 : Math.round(count));
    }
  }
  return words.seconds(Math.round(seconds));
}
