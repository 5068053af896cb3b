// Ways back: out of a node's side, up along a lane, into a side of an earlier node. A lane is taken where it meets no node, no label and
// no other line on its whole height; where a neighbour stands in the way to it, the line goes up beside its node first.
import { bandAt, met, takesLabel, takesLine, type Band } from './bands';
import type { ChartLink } from './graph';
import type { PlacedLink, PlacedNode, Port } from './layout';
import { pathOf, type Point } from './route';

/** Distance of a line from the node that it goes up beside. */
const BESIDE = 14;
const STEP = 6;
/** How many lanes are looked at, over all returns of a drawing. */
const LOOKS_MAX = 40_000;

interface Lane {
  link: ChartLink;
  source: PlacedNode;
  target: PlacedNode;
  x: number;
  exit: Turn;
  entry: Turn;
  labelAt: Point;
}

/** How a line gets from a node's side to its lane. */
interface Turn {
  side: 'left' | 'right';
  /** Where it goes up beside the node before it bends to the lane; null: straight to the lane. */
  beside: number | null;
}

/** `loops`: how far the loops at a node's right side reach up and down from its middle, by the node's id. */
export function addReturns(links: ChartLink[], nodes: Map<string, PlacedNode>, bands: Band[], loops: Map<string, number>): PlacedLink[] {
  const all = [...nodes.values()];
  const left = Math.min(...all.map((node) => node.x - node.width / 2));
  const right = Math.max(...all.map((node) => node.x + node.width / 2));
  const widest = Math.max(0, ...links.map((link) => link.labelWidth));
  const span = right - left + 2 * (60 + widest + 14 * links.length);
  const count = Math.max(30, Math.min(Math.ceil(span / STEP), Math.floor(LOOKS_MAX / Math.max(1, links.length))));
  const xs = Array.from({ length: count + 1 }, (_, index) => Math.round((left + right) / 2 - span / 2 + (index * span) / count));
  const row = (node: PlacedNode) => bandAt(bands, node.y);
  const ends = links.map((link) => ({ link, source: nodes.get(link.source) as PlacedNode, target: nodes.get(link.target) as PlacedNode }));
  ends.sort((a, b) => row(a.source) - row(a.target) - (row(b.source) - row(b.target)));
  const lanes = ends.map((end) => takeLane(end, xs, bands));
  return routed(lanes, bands, loops);
}

type Ends = Pick<Lane, 'link' | 'source' | 'target'>;

function takeLane(ends: Ends, xs: number[], bands: Band[]): Lane {
  let best: { lane: Lane; cost: number } | null = null;
  for (const x of xs) {
    const found = laneAt(ends, x, bands);
    if (found && (!best || found.cost < best.cost)) best = found;
  }
  const lane = best?.lane ?? outermost(ends, bands);
  occupy(lane, bands);
  return lane;
}

function laneAt({ link, source, target }: Ends, x: number, bands: Band[]): { lane: Lane; cost: number } | null {
  const [low, high] = [bandAt(bands, source.y), bandAt(bands, target.y)];
  const between = bands.slice(high + 1, low);
  if (!between.every((band) => takesLine(band, x))) return null;
  const exit = turn(source, x, bands[low] as Band);
  const entry = turn(target, x, bands[high] as Band);
  const spot = labelBand(link, x, bands, low, high);
  if (!exit || !entry || !spot) return null;
  const turned = exit.turn.side === entry.turn.side ? 0 : 40;
  const lane = { link, source, target, x, exit: exit.turn, entry: entry.turn, labelAt: { x, y: (spot.top + spot.bottom) / 2 } };
  return { lane, cost: exit.cost + entry.cost + turned };
}

/** The nearest to where the decision is made. */
function labelBand(link: ChartLink, x: number, bands: Band[], low: number, high: number): Band | null {
  for (let index = low - 1; index > high; index -= 2) {
    const band = bands[index] as Band;
    if (link.labelWidth === 0 || takesLabel(band, x, link.labelWidth)) return band;
  }
  return null;
}

function turn(node: PlacedNode, x: number, row: Band): { turn: Turn; cost: number } | null {
  const side = x >= node.x ? 'right' : 'left';
  const sign = side === 'right' ? 1 : -1;
  const edge = node.x + (sign * node.width) / 2;
  const reach = sign * (x - edge);
  if (reach >= BESIDE) {
    const way = met(withoutOwn(row, node), edge, x);
    const isClear = way.blocks === 0 && row.lines.every((line) => Math.abs(line - x) >= STEP);
    if (isClear) return { turn: { side, beside: null }, cost: reach + 30 * way.lines };
  }
  for (const away of [BESIDE, BESIDE + 9]) {
    const beside = edge + sign * away;
    if (takesLine(withoutOwn(row, node), beside)) return { turn: { side, beside }, cost: 160 + Math.abs(x - beside) };
  }
  return null;
}

function withoutOwn(row: Band, node: PlacedNode): Band {
  return { ...row, blocks: row.blocks.filter((block) => Math.abs((block.left + block.right) / 2 - node.x) > 1) };
}

/** Where nothing that was looked at is free: outside of everything so far. */
function outermost({ link, source, target }: Ends, bands: Band[]): Lane {
  const taken = bands.flatMap((band) => [...band.lines, ...band.blocks.map((block) => block.right)]);
  const x = Math.max(...taken) + link.labelWidth / 2 + 2 * BESIDE;
  const [low, high] = [bandAt(bands, source.y), bandAt(bands, target.y)];
  const spot = bands[low - 1] as Band;
  const beside = (node: PlacedNode): Turn => ({ side: 'right', beside: node.x + node.width / 2 + BESIDE });
  const turnOf = (node: PlacedNode, row: number) => turn(node, x, bands[row] as Band)?.turn ?? beside(node);
  return { link, source, target, x, exit: turnOf(source, low), entry: turnOf(target, high), labelAt: { x, y: (spot.top + spot.bottom) / 2 } };
}

function occupy({ link, source, target, x, exit, entry, labelAt }: Lane, bands: Band[]): void {
  const [low, high] = [bandAt(bands, source.y), bandAt(bands, target.y)];
  for (const band of bands.slice(high + 1, low)) band.lines.push(x);
  bands[low]?.lines.push(exit.beside ?? x);
  bands[high]?.lines.push(entry.beside ?? x);
  const half = link.labelWidth / 2;
  if (half > 0) bands[bandAt(bands, labelAt.y)]?.blocks.push({ left: x - half, right: x + half });
}

interface End {
  id: string;
  node: PlacedNode;
  /** Distance of its line from the node's middle. */
  reach: number;
  isExit: boolean;
}

/** Evenly about the middle; where loops are, lines that leave go above them and lines that arrive below. */
function spread(ends: End[], loops: Map<string, number>, heights: Map<string, number>): void {
  const exits = ends.filter((end) => end.isExit).length;
  ends.forEach(({ id, node, isExit }, index) => {
    const taken = loops.get(node.id) ?? 0;
    const room = node.kind === 'diamond' ? 0 : node.height / 2 - 5;
    if (taken === 0) {
      const gap = Math.min(11, (2 * room - 6) / Math.max(1, ends.length - 1));
      heights.set(id, node.y + (index - (ends.length - 1) / 2) * Math.max(0, gap));
    } else {
      const gap = Math.max(0, room - taken) / (Math.max(exits, ends.length - exits) + 0.5);
      heights.set(id, isExit ? node.y - taken - (exits - index) * gap : node.y + taken + (index - exits + 1) * gap);
    }
  });
}

/** Lines at one side of a node are told apart by their height: leaving above arriving, and nested rather than crossing. */
function routed(lanes: Lane[], bands: Band[], loops: Map<string, number>): PlacedLink[] {
  const heights = new Map<string, number>();
  const sides = new Map<string, End[]>();
  for (const lane of lanes) {
    for (const isExit of [true, false]) {
      const node = isExit ? lane.source : lane.target;
      const { side, beside } = isExit ? lane.exit : lane.entry;
      const key = `${node.id} ${side}`;
      const reach = Math.abs((beside ?? lane.x) - node.x);
      sides.set(key, [...(sides.get(key) ?? []), { id: `${lane.link.id} ${String(isExit)}`, node, reach, isExit }]);
    }
  }
  for (const [key, ends] of sides) {
    ends.sort((a, b) => Number(b.isExit) - Number(a.isExit) || (a.isExit ? a.reach - b.reach : b.reach - a.reach));
    spread(ends, key.endsWith(' right') ? loops : new Map(), heights);
  }
  return lanes.map((lane) => routeOf(lane, bands, heights));
}

function routeOf(lane: Lane, bands: Band[], heights: Map<string, number>): PlacedLink {
  const { link, source, target, x, exit, entry, labelAt } = lane;
  const port = (node: PlacedNode, { side }: Turn, isExit: boolean): Port => {
    const y = heights.get(`${link.id} ${String(isExit)}`) ?? node.y;
    return { x: node.x + ((side === 'right' ? 1 : -1) * node.width) / 2, y, side };
  };
  const [from, to] = [port(source, exit, true), port(target, entry, false)];
  const [low, high] = [bandAt(bands, source.y), bandAt(bands, target.y)];
  const route: Point[] = [from];
  if (exit.beside === null) route.push({ x, y: from.y });
  else {
    route.push({ x: exit.beside, y: from.y }, { x: exit.beside, y: (bands[low] as Band).top }, { x, y: (bands[low - 1] as Band).bottom });
  }
  if (entry.beside === null) route.push({ x, y: to.y });
  else {
    route.push({ x, y: (bands[high + 1] as Band).top }, { x: entry.beside, y: (bands[high] as Band).bottom }, { x: entry.beside, y: to.y });
  }
  route.push(to);
  return { ...link, from, to, route, path: pathOf(route), labelAt };
}
