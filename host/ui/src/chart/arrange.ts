// Places of a drawing that its author arranged: a state stands where it was put, the rest near where the layout would have it. Where two
// would lie over each other, the one that comes first in the document stays and the other goes to the nearest free place.
import type { ChartNode, Graph } from './graph';
import type { PlacedNode } from './layout';
import { GRID, type Point } from './route';

/** Between two nodes; lines need it. */
const ROOM = 30;
const STEP = 2 * GRID;
/** How far from its place a node is moved at most, in steps; further on it goes below everything. */
const RINGS_MAX = 60;

export function arranged(graph: Graph, laid: PlacedNode[]): PlacedNode[] {
  const layout = new Map(laid.map((node) => [node.id, node]));
  const shift = meanShift(graph.nodes, layout);
  const placed = new Map<string, PlacedNode>();
  const put = (node: ChartNode, wanted: Point) => placed.set(node.id, { ...node, ...freePlace(node, wanted, [...placed.values()]) });
  const states = graph.nodes.filter((node) => node.kind === 'state');
  for (const node of states) if (node.position) put(node, node.position);
  for (const node of states) if (!node.position) put(node, moved(layout.get(node.id), shift));
  // a diamond goes with the state that leads to it
  for (const link of graph.links.filter((one) => one.role === 'enter')) {
    const diamond = graph.nodes.find((node) => node.id === link.target);
    const [before, after] = [layout.get(link.source), placed.get(link.source)];
    if (!diamond || !before || !after) continue;
    put(diamond, moved(layout.get(diamond.id), { x: after.x - before.x, y: after.y - before.y }));
  }
  return graph.nodes.flatMap((node) => placed.get(node.id) ?? []);
}

function meanShift(nodes: ChartNode[], layout: Map<string, PlacedNode>): Point {
  const sum = { x: 0, y: 0 };
  let count = 0;
  for (const { id, position } of nodes) {
    const before = layout.get(id);
    if (!position || !before) continue;
    sum.x += position.x - before.x;
    sum.y += position.y - before.y;
    count += 1;
  }
  return count === 0 ? sum : { x: sum.x / count, y: sum.y / count };
}

function moved(from: Point | undefined, by: Point): Point {
  return { x: (from?.x ?? 0) + by.x, y: (from?.y ?? 0) + by.y };
}

/**
 * Where a state comes to stand that is let go of at `to`: on the grid and over no other state. Null: it stays where it is, which is also what
 * a small push against another state comes to.
 */
export function dropped(node: PlacedNode, to: Point, others: PlacedNode[]): Point | null {
  const isPush = Math.abs(to.x - node.x) < GRID && Math.abs(to.y - node.y) < GRID;
  const round = (from: number, end: number) => (isPush ? pushed(from, end) : onGrid(end));
  const wanted = { x: round(node.x, to.x), y: round(node.y, to.y) };
  const place = freePlace(node, wanted, others);
  const isElsewhere = place.x !== wanted.x || place.y !== wanted.y;
  return (place.x === node.x && place.y === node.y) || (isPush && isElsewhere) ? null : place;
}

/** The next line of the grid: an arrow key moves by less than one, and counts in every direction. */
function pushed(from: number, to: number): number {
  if (Math.abs(to - from) < 0.5) return from;
  return (to < from ? Math.floor(to / GRID) : Math.ceil(to / GRID)) * GRID;
}

/** The nearest to where it is wanted, on the grid. */
function freePlace(node: ChartNode, wanted: Point, others: PlacedNode[]): Point {
  const middle = { x: onGrid(wanted.x), y: onGrid(wanted.y) };
  const isFree = (at: Point) =>
    others.every((other) => Math.abs(other.x - at.x) >= (other.width + node.width) / 2 + ROOM || Math.abs(other.y - at.y) >= (other.height + node.height) / 2 + ROOM);
  for (let ring = 0; ring <= RINGS_MAX; ring += 1) {
    const found = ringOf(middle, ring).find(isFree);
    if (found) return { x: found.x, y: found.y };
  }
  const lowest = Math.max(...others.map((other) => other.y + other.height / 2));
  return { x: middle.x, y: onGrid(lowest + ROOM + node.height) };
}

/** Places at one distance, the middles of the four sides first. */
function ringOf({ x, y }: Point, ring: number): Point[] {
  if (ring === 0) return [{ x, y }];
  const reach = ring * STEP;
  const places: (Point & { away: number })[] = [];
  for (let along = -reach; along <= reach; along += STEP) {
    const away = Math.abs(along);
    places.push({ x: x + along, y: y + reach, away }, { x: x + along, y: y - reach, away });
    if (away < reach) places.push({ x: x + reach, y: y + along, away }, { x: x - reach, y: y + along, away });
  }
  return places.sort((a, b) => a.away - b.away);
}

function onGrid(value: number): number {
  return Math.round(value / GRID) * GRID;
}
