// Where the label of a line stands in an arranged drawing: on its line and over nothing else where there is room, beside it where not.
import type { ChartLink } from './graph';
import { GRID, type Point } from './route';

/** `x` and `y` are the middle. */
export interface Box extends Point {
  width: number;
  height: number;
}

interface Around {
  nodes: Box[];
  labels: Box[];
  isLine: (x: number, y: number) => boolean;
}

/** How far from its line a label may stand. */
const ASIDE = [0, 15, 30, 45, 60, 80, 100, 130, 160, 200, 240];
const PER_LINE = 14;

export function labelSpot({ labelWidth: width, labelHeight: height }: ChartLink, route: Point[], around: Around): Point {
  const points = along(route);
  const middle = points[Math.floor(points.length / 2)] ?? { x: 0, y: 0 };
  if (width === 0) return middle;
  let best: { spot: Point; cost: number } | null = null;
  points.forEach((point, index) => {
    const fromMiddle = Math.abs(index - points.length / 2) * 3;
    for (const { spot, aside } of spotsAt(point)) {
      const box = { ...spot, width, height };
      if (best && fromMiddle + aside * 4 >= best.cost) continue;
      if ([...around.nodes, ...around.labels].some((other) => overlap(other, box))) continue;
      const cost = fromMiddle + aside * 4 + PER_LINE * linesUnder(box, around);
      if (!best || cost < best.cost) best = { spot, cost };
    }
  });
  return (best as { spot: Point } | null)?.spot ?? middle;
}

function spotsAt({ x, y }: Point): { spot: Point; aside: number }[] {
  return ASIDE.flatMap((aside) =>
    aside === 0
      ? [{ spot: { x, y }, aside }]
      : [
          { spot: { x, y: y - aside }, aside },
          { spot: { x, y: y + aside }, aside },
          { spot: { x: x + aside, y }, aside },
          { spot: { x: x - aside, y }, aside },
        ],
  );
}

/** Every few pixels. */
function along(route: Point[]): Point[] {
  return route.flatMap((point, index) => {
    const next = route[index + 1];
    if (!next) return [point];
    const count = Math.max(1, Math.round((Math.abs(next.x - point.x) + Math.abs(next.y - point.y)) / GRID));
    return Array.from({ length: count }, (_, step) => ({ x: point.x + ((next.x - point.x) * step) / count, y: point.y + ((next.y - point.y) * step) / count }));
  });
}

function linesUnder({ x, y, width, height }: Box, { isLine }: Around): number {
  let count = 0;
  for (let left = x - width / 2; left <= x + width / 2; left += GRID) {
    for (let top = y - height / 2; top <= y + height / 2; top += GRID) if (isLine(left, top)) count += 1;
  }
  return count;
}

function overlap(a: Box, b: Box): boolean {
  return Math.abs(a.x - b.x) < (a.width + b.width) / 2 + 2 && Math.abs(a.y - b.y) < (a.height + b.height) / 2 + 2;
}
