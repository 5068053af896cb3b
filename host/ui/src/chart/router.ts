// Routes of an arranged drawing: straight runs on a grid around all nodes, found link by link with A*. Bends, crossings and runs on top of
// another line cost; a run through a node is not to be had. How much is looked at is bounded, for one link and for all; a link past that
// goes straight, whatever stands in its way. A hundred and fifty states with far links need an eighth of it (see the test).
import type { ChartLink } from './graph';
import { labelSpot, type Box } from './labels';
import type { PlacedLink, PlacedNode, Port, Side } from './layout';
import { GRID, pathOf, type Point } from './route';

/** Distance that lines keep from nodes; the first cell outside a node is further away. */
const AIR = 8;
const LOOKS_MAX = 1_500_000;
const LOOKS_PER_LINK = 150_000;
/** What is left to the target counts more than what was spent: much less is looked at for next to no longer ways. */
const HASTE = 1.5;
const COST = { turn: 40, crossing: 12, onLine: 60, onLabel: 25, takenPort: 80 };
/** Links like to leave at the bottom and to arrive at the top, as in a drawing of the layout. */
const LEAVE: Record<Side, number> = { bottom: 0, right: 15, left: 15, top: 30 };
const ARRIVE: Record<Side, number> = { top: 0, right: 15, left: 15, bottom: 30 };

/** Up, right, down, left. */
const DIRECTIONS = [
  { x: 0, y: -1 },
  { x: 1, y: 0 },
  { x: 0, y: 1 },
  { x: -1, y: 0 },
] as const;
const SIDES: Side[] = ['top', 'right', 'bottom', 'left'];

/** A place at a node's side where a link can end. */
interface Slot extends Port {
  id: string;
  /** The cell before it, and the direction away from the node. */
  cell: Point;
  outward: number;
  cost: number;
}

interface Step {
  cell: Point;
  direction: number;
  /** So far. */
  cost: number;
  before: Step | null;
  first: Slot;
  /** Set where the link has arrived. */
  last?: Slot;
}

interface Ground {
  nodes: PlacedNode[];
  blocked: Set<number>;
  /** Cells with a line in them that runs across, or down. */
  across: Set<number>;
  down: Set<number>;
  labelled: Set<number>;
  labels: Box[];
  taken: Set<string>;
  looks: number;
}

export function routed(links: ChartLink[], nodes: PlacedNode[]): PlacedLink[] {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const ground: Ground = { nodes, blocked: blockedBy(nodes), across: new Set(), down: new Set(), labelled: new Set(), labels: [], taken: new Set(), looks: 0 };
  const ends = links.flatMap((link) => {
    const [source, target] = [byId.get(link.source), byId.get(link.target)];
    return source && target ? [{ link, source, target, length: Math.abs(source.x - target.x) + Math.abs(source.y - target.y) }] : [];
  });
  // short ones first: they have the least choice
  ends.sort((a, b) => a.length - b.length);
  return ends.map(({ link, source, target }) => placedLink(link, source, target, ground));
}

function placedLink(link: ChartLink, source: PlacedNode, target: PlacedNode, ground: Ground): PlacedLink {
  const found = search(source, target, ground);
  const [from, to] = found ? [found.first, found.last as Slot] : [straight(source, 'bottom'), straight(target, 'top')];
  const cells = found ? cellsOf(found) : [];
  const route = [from, ...cells.map(at), to].map(({ x, y }) => ({ x, y }));
  for (const slot of [from, to]) ground.taken.add(slot.id);
  const labelAt = labelSpot(link, route, { nodes: ground.nodes, labels: ground.labels, isLine: (x, y) => isLine({ x: Math.round(x / GRID), y: Math.round(y / GRID) }, ground) });
  // its own line is to be under its label
  occupy(cells, ground);
  if (link.labelWidth > 0) label({ ...labelAt, width: link.labelWidth, height: link.labelHeight }, ground);
  return { ...link, from: portOf(from), to: portOf(to), route, path: pathOf(route), labelAt };
}

function portOf({ x, y, side }: Port): Port {
  return { x, y, side };
}

function search(source: PlacedNode, target: PlacedNode, ground: Ground): Step | null {
  const isLoop = source === target;
  const starts = slotsOf(source, LEAVE, ground).filter((slot) => !isLoop || slot.side === 'right');
  const ends = new Map<number, Slot[]>();
  for (const slot of slotsOf(target, ARRIVE, ground).filter((one) => !isLoop || one.side === 'bottom')) {
    ends.set(key(slot.cell), [...(ends.get(key(slot.cell)) ?? []), slot]);
  }
  const open = new Frontier();
  const best = new Map<number, number>();
  const reach = distanceTo(target);
  const offer = (step: Step) => {
    if (step.last === undefined) {
      if (step.cost >= (best.get(stateOf(step)) ?? Infinity)) return;
      best.set(stateOf(step), step.cost);
    }
    open.push(step.cost + (step.last ? 0 : reach(step.cell)), step);
  };
  for (const first of starts) offer({ cell: first.cell, direction: first.outward, cost: first.cost, before: null, first });
  const stop = Math.min(LOOKS_MAX, ground.looks + LOOKS_PER_LINK);
  for (let step = open.pop(); step && ground.looks < stop; step = open.pop()) {
    if (step.last) return step;
    // a cheaper way to the same place was found meanwhile
    if (step.cost > (best.get(stateOf(step)) ?? Infinity)) continue;
    ground.looks += 1;
    for (const last of ends.get(key(step.cell)) ?? []) {
      const turned = turns(step.direction, opposite(last.outward));
      if (turned !== null) offer({ ...step, cost: step.cost + last.cost + turned, last });
    }
    for (const direction of DIRECTIONS.keys()) {
      const next = onward(step, direction, ground);
      if (next) offer(next);
    }
  }
  return null;
}

function stateOf({ cell, direction }: Step): number {
  return key(cell) * 4 + direction;
}

function onward(step: Step, direction: number, ground: Ground): Step | null {
  const turned = turns(step.direction, direction);
  const by = DIRECTIONS[direction];
  if (turned === null || !by) return null;
  const cell = { x: step.cell.x + by.x, y: step.cell.y + by.y };
  const at = key(cell);
  if (ground.blocked.has(at)) return null;
  const [along, over] = by.y === 0 ? [ground.across, ground.down] : [ground.down, ground.across];
  const met = (along.has(at) ? COST.onLine : over.has(at) ? COST.crossing : 0) + (ground.labelled.has(at) ? COST.onLabel : 0);
  return { cell, direction, cost: step.cost + GRID + turned + met, before: step, first: step.first };
}

/** What it costs to go on in another direction; null: that would be back. */
function turns(before: number, after: number): number | null {
  return before === after ? 0 : before === opposite(after) ? null : COST.turn;
}

function opposite(direction: number): number {
  return (direction + 2) % 4;
}

function distanceTo(node: PlacedNode): (cell: Point) => number {
  const [halfWidth, halfHeight] = [node.width / 2 + 2 * GRID, node.height / 2 + 2 * GRID];
  return ({ x, y }) => Math.floor(HASTE * (Math.max(0, Math.abs(x * GRID - node.x) - halfWidth) + Math.max(0, Math.abs(y * GRID - node.y) - halfHeight)));
}

/** Slots side by side on each side of a state; a diamond has its four corners. */
function slotsOf(node: PlacedNode, costs: Record<Side, number>, ground: Ground): Slot[] {
  return SIDES.flatMap((side, outward) => {
    const isUpright = side === 'top' || side === 'bottom';
    const room = node.kind === 'diamond' ? 0 : isUpright ? node.width / 2 - 14 : node.height / 2 - 10;
    const gap = isUpright ? 2 * GRID : GRID;
    const count = Math.max(0, Math.floor(room / gap));
    const slots = Array.from({ length: 2 * count + 1 }, (_, index) => slotAt(node, side, outward, (index - count) * gap));
    return slots
      .filter((slot) => !ground.blocked.has(key(slot.cell)))
      .map((slot) => ({ ...slot, cost: slot.cost + costs[side] + (ground.taken.has(slot.id) ? COST.takenPort : 0) }));
  });
}

function slotAt(node: PlacedNode, side: Side, outward: number, offset: number): Slot {
  const isUpright = side === 'top' || side === 'bottom';
  const sign = side === 'bottom' || side === 'right' ? 1 : -1;
  const x = isUpright ? node.x + offset : node.x + (sign * node.width) / 2;
  const y = isUpright ? node.y + (sign * node.height) / 2 : node.y + offset;
  const outer = (edge: number) => (sign > 0 ? Math.ceil((edge + GRID) / GRID) : Math.floor((edge - GRID) / GRID));
  const cell = isUpright ? { x: Math.round(x / GRID), y: outer(y) } : { x: outer(x), y: Math.round(y / GRID) };
  return { id: `${node.id} ${side} ${offset}`, x, y, side, cell, outward, cost: Math.round(Math.abs(offset) / 5) };
}

function straight(node: PlacedNode, side: Side): Slot {
  return slotAt(node, side, SIDES.indexOf(side), 0);
}

function cellsOf(end: Step): Point[] {
  const cells: Point[] = [];
  for (let step: Step | null = end; step; step = step.before) {
    const last = cells[cells.length - 1];
    if (!last || key(last) !== key(step.cell)) cells.push(step.cell);
  }
  return cells.reverse();
}

function occupy(cells: Point[], ground: Ground): void {
  cells.forEach((cell, index) => {
    const next = cells[index + 1] ?? cells[index - 1];
    const before = cells[index - 1] ?? next;
    for (const other of [next, before]) if (other) (other.y === cell.y ? ground.across : ground.down).add(key(cell));
  });
}

function isLine(cell: Point, ground: Ground): boolean {
  return ground.across.has(key(cell)) || ground.down.has(key(cell));
}

function label(box: Box, ground: Ground): void {
  ground.labels.push(box);
  for (const cell of cellsIn(box, 0)) ground.labelled.add(key(cell));
}

function blockedBy(nodes: PlacedNode[]): Set<number> {
  return new Set(nodes.flatMap((node) => cellsIn(node, AIR).map(key)));
}

function cellsIn({ x, y, width, height }: Box, air: number): Point[] {
  const cells: Point[] = [];
  for (let column = Math.ceil((x - width / 2 - air) / GRID); column * GRID <= x + width / 2 + air; column += 1) {
    for (let row = Math.ceil((y - height / 2 - air) / GRID); row * GRID <= y + height / 2 + air; row += 1) cells.push({ x: column, y: row });
  }
  return cells;
}

const HALF = 2 ** 20;

function key({ x, y }: Point): number {
  return (x + HALF) * 2 * HALF + y + HALF;
}

function at({ x, y }: Point): Point {
  return { x: x * GRID, y: y * GRID };
}

/** Steps by what they cost at least in the end, cheapest first; costs are small whole numbers. */
class Frontier {
  private readonly byCost: Step[][] = [];
  private lowest = 0;

  push(cost: number, step: Step): void {
    (this.byCost[cost] ??= []).push(step);
    this.lowest = Math.min(this.lowest, cost);
  }

  pop(): Step | undefined {
    for (; this.lowest < this.byCost.length; this.lowest += 1) {
      const step = this.byCost[this.lowest]?.pop();
      if (step) return step;
    }
    return undefined;
  }
}
