// Lines of a drawing: a list of points, of which two neighbours differ in one coordinate only (a straight run) or in both (a soft
// bend between two vertical runs). A bend stays within the rectangle of its two points, so what is clear of nodes can be checked.

export interface Point {
  x: number;
  y: number;
}

/** Distance of the places and lines of an arranged drawing. */
export const GRID = 10;

const CORNER = 9;

/** SVG path data; corners between straight runs are rounded. */
export function pathOf(route: Point[]): string {
  const points = withoutRepeats(route);
  const [first, ...rest] = points;
  if (!first) return '';
  let path = `M ${at(first)}`;
  rest.forEach((point, index) => {
    const from = points[index] as Point;
    const next = points[index + 2];
    if (from.x !== point.x && from.y !== point.y) {
      const middle = (from.y + point.y) / 2;
      path += ` C ${at({ x: from.x, y: middle })} ${at({ x: point.x, y: middle })} ${at(point)}`;
    } else if (next && isCorner(from, point, next)) {
      const radius = Math.min(CORNER, length(from, point) / 2, length(point, next) / 2);
      path += ` L ${at(towards(point, from, radius))} Q ${at(point)} ${at(towards(point, next, radius))}`;
    } else {
      path += ` L ${at(point)}`;
    }
  });
  return path;
}

/** Smallest rectangles that hold the route, one per pair of neighbours. */
export function extents(route: Point[]): { left: number; right: number; top: number; bottom: number }[] {
  return route.slice(1).map((point, index) => {
    const from = route[index] as Point;
    return {
      left: Math.min(from.x, point.x),
      right: Math.max(from.x, point.x),
      top: Math.min(from.y, point.y),
      bottom: Math.max(from.y, point.y),
    };
  });
}

function isCorner(from: Point, point: Point, next: Point): boolean {
  const intoHorizontal = from.y === point.y;
  const outHorizontal = point.y === next.y;
  const outVertical = point.x === next.x;
  return intoHorizontal ? outVertical && !outHorizontal : outHorizontal && !outVertical;
}

function withoutRepeats(route: Point[]): Point[] {
  const distinct = route.filter((point, index) => {
    const before = route[index - 1];
    return !before || before.x !== point.x || before.y !== point.y;
  });
  // the middle of a straight run is no point of its own
  return distinct.filter((point, index) => {
    const before = distinct[index - 1];
    const after = distinct[index + 1];
    if (!before || !after) return true;
    return !((before.x === point.x && after.x === point.x) || (before.y === point.y && after.y === point.y));
  });
}

function at({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function length(a: Point, b: Point): number {
  return Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
}

function towards(from: Point, to: Point, distance: number): Point {
  return { x: from.x + Math.sign(to.x - from.x) * distance, y: from.y + Math.sign(to.y - from.y) * distance };
}
