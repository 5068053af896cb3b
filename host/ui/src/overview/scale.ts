// Scales of the overview's charts: round ticks for counts, and the stacking of series. Pure, so that it can be tested.

/** Ticks from 0 to a round number that is at least `max`: steps of 1, 2 or 5 times a power of ten, whole numbers. */
export function ticks(max: number, wanted = 4): number[] {
  const raw = Math.max(max, 1) / wanted;
  const power = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 5, 10].find((one) => one * power >= raw) ?? 10;
  const step = Math.max(1, factor * power);
  const count = Math.max(1, Math.ceil(max / step));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

export interface Count {
  day: string;
  workflow_id: number;
  count: number;
}

export interface Series {
  /** null: the rest, in one. */
  id: number | null;
  name: string;
  total: number;
}

export interface Piece {
  series: number;
  from: number;
  to: number;
}

export interface Stack {
  day: string;
  total: number;
  pieces: Piece[];
}

/** The busiest workflows as series of their own, the others as one; in every day they stand in the same order. */
export function stacks(days: string[], counts: Count[], names: Map<number, string>, most: number, rest: string) {
  const totals = new Map<number, number>();
  for (const { workflow_id, count } of counts) totals.set(workflow_id, (totals.get(workflow_id) ?? 0) + count);
  const order = [...totals].sort((a, b) => b[1] - a[1] || a[0] - b[0]);
  const own = order.length <= most ? order : order.slice(0, most - 1);
  const series: Series[] = own.map(([id, total]) => ({ id, name: names.get(id) ?? String(id), total }));
  const others = order.slice(own.length);
  if (others.length > 0) series.push({ id: null, name: rest, total: others.reduce((sum, [, total]) => sum + total, 0) });
  const indexOf = new Map(own.map(([id], index) => [id, index]));
  const byDay = new Map(days.map((day) => [day, series.map(() => 0)]));
  for (const { day, workflow_id, count } of counts) {
    const row = byDay.get(day);
    const index = indexOf.get(workflow_id) ?? series.length - 1;
    if (row) row[index] = (row[index] ?? 0) + count;
  }
  return { series, stacks: days.map((day) => stacked(day, byDay.get(day) ?? [])) };
}

function stacked(day: string, heights: number[]): Stack {
  let at = 0;
  const pieces = heights.flatMap((height, series) => {
    if (height === 0) return [];
    const from = at;
    at += height;
    return [{ series, from, to: at }];
  });
  return { day, total: at, pieces };
}
