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
/** Places along a route that are looked at in either direction. */
const LOOKS_MAX = 200;
/** Costs: of a step away from the middle, of a pixel beside the line, of a line's cell below. */
const AWAY = 3;
const AWAY_FROM_LINE = 4;
const PER_LINE = 14;

/** From the middle of the route outwards, as long as that may still be better than what was found. */
export function labelSpot({ labelWidth: width, labelHeight: height }: ChartLink, route: Point[], around: Around): Point {
  const points = along(route);
  const half = Math.floor(points.length / 2);
  const middle = points[half] ?? { x: 0, y: 0 };
  if (width === 0) return middle;
  let best = { spot: middle, cost: Infinity };
  for (let away = 0; away <= Math.min(half, LOOKS_MAX) && away * AWAY < best.cost; away += 1) {
    for (const point of [points[half - away], points[half + away]]) {
      if (point) best = better(best, point, away * AWAY, { width, height }, around);
    }
  }
  return best.spot;
}

interface Spot {
  spot: Point;
  cost: number;
}

function better(best: Spot, point: Point, cost: number, size: { width: number; height: number }, around: Around): Spot {
  let found = best;
  for (const { spot, aside } of spotsAt(point)) {
    const least = cost + aside * AWAY_FROM_LINE;
    if (least >= found.cost) continue;
    const box = { ...spot, ...size };
    const isOver = (other: Box) => overlap(other, box);
    if (around.nodes.some(isOver) || around.labels.some(isOver)) continue;
    const whole = least + PER_LINE * linesUnder(box, around);
    if (whole < found.cost) found = { spot, cost: whole };
  }
  return found;
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
