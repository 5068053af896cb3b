// Places for nodes and routes for links, top to bottom in layers by dagre. Only steps forward go into dagre; returns are led around by
// `returns`, out of a node's side and into a side, which keeps the main way straight. Where an author has put states elsewhere, `arrange`
// places and `router` draws. No line runs through a node either way (see its test).
import { Graph as DagreGraph, layout } from '@dagrejs/dagre';
import { arranged } from './arrange';
import { bandAt, bandsOf, type Band } from './bands';
import type { ChartLink, ChartNode, Graph } from './graph';
import { addReturns } from './returns';
import { pathOf, type Point } from './route';
import { routed } from './router';

export type Side = 'top' | 'bottom' | 'left' | 'right';

export interface Port extends Point {
  side: Side;
}

/** `x` and `y` are the middle. */
export interface PlacedNode extends ChartNode {
  x: number;
  y: number;
}

export interface PlacedLink extends ChartLink {
  from: Port;
  to: Port;
  route: Point[];
  path: string;
  labelAt: Point;
}

export interface Drawing {
  nodes: PlacedNode[];
  links: PlacedLink[];
}

/** Room at either side of a node for the lines of its returns. */
const SIDE_ROOM = 26;
const PORT_GAP = 26;

/** A link with its way through the bands, before its ends are told apart from those of others. */
interface Way {
  link: ChartLink;
  points: Point[];
  labelAt: Point;
}

export function drawingOf(graph: Graph): Drawing {
  if (graph.nodes.length === 0) return { nodes: [], links: [] };
  const drawing = laidOut(graph);
  if (graph.nodes.every((node) => node.position === null)) return drawing;
  const nodes = arranged(graph, drawing.nodes);
  return { nodes, links: routed(graph.links, nodes) };
}

function laidOut(graph: Graph): Drawing {
  const labelHeight = Math.max(22, ...graph.links.map((link) => link.labelHeight));
  const { dagre, nodes } = ranked(graph, labelHeight);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const bands = bandsOf(nodes, labelHeight);
  const ways = graph.links.filter((link) => !link.isReturn).map((link) => wayOf(link, dagre.edge(link.source, link.target, link.id)));
  occupy(bands, nodes, ways);
  const loops = ways.filter(({ link }) => link.source === link.target);
  const steps = ways.filter(({ link }) => link.source !== link.target);
  const ends = endsOf(steps, byId);
  const links = steps.map((way) => stepRoute(way, bands, byId, ends));
  links.push(...loops.map((way, index) => loopRoute(way, byId, loops.slice(0, index).filter((other) => other.link.source === way.link.source).length)));
  const reaches = new Map<string, number>();
  for (const { source, from } of links.filter((link) => link.source === link.target)) {
    reaches.set(source, Math.max(reaches.get(source) ?? 0, (byId.get(source)?.y ?? 0) - from.y));
  }
  links.push(...addReturns(graph.links.filter((link) => link.isReturn), byId, bands, reaches));
  return { nodes, links };
}

interface DagreNode {
  width: number;
  height: number;
  x?: number;
  y?: number;
}

interface DagreEdge {
  labelpos: string;
  width: number;
  height: number;
  weight: number;
  x?: number;
  y?: number;
  points?: Point[];
}

type Dagre = InstanceType<typeof DagreGraph<object, DagreNode, DagreEdge>>;

/** A return must lead up. Where the steps alone do not see to it, the return is made known to dagre as a line to leave room for. */
function ranked(graph: Graph, labelHeight: number): { dagre: Dagre; nodes: PlacedNode[] } {
  let held: ChartLink[] = [];
  for (;;) {
    const dagre = placed(graph, labelHeight, held);
    const y = (id: string) => Math.round(dagre.node(id).y ?? 0);
    const wrong = graph.links.filter((link) => link.isReturn && y(link.target) >= y(link.source) && !held.includes(link));
    if (wrong.length === 0) return { dagre, nodes: graph.nodes.map((node) => ({ ...node, x: dagre.node(node.id).x ?? 0, y: dagre.node(node.id).y ?? 0 })) };
    held = held.length < 3 ? [...held, ...wrong] : graph.links.filter((link) => link.isReturn);
  }
}

function placed(graph: Graph, labelHeight: number, held: ChartLink[]): Dagre {
  const dagre = new DagreGraph<object, DagreNode, DagreEdge>({ multigraph: true });
  dagre.setGraph({ rankdir: 'TB', nodesep: 40, edgesep: 24, ranksep: 60 });
  const returning = new Set(graph.links.filter((link) => link.isReturn).flatMap((link) => [link.source, link.target]));
  for (const node of [...graph.nodes].sort((a, b) => a.place - b.place)) {
    const room = returning.has(node.id) ? 2 * SIDE_ROOM : 0;
    dagre.setNode(node.id, { width: node.width + room, height: node.height });
  }
  for (const link of graph.links.filter((one) => !one.isReturn)) {
    const isLoop = link.source === link.target;
    const weight = link.role === 'enter' ? 6 : link.isRefusal ? 1 : 2;
    const label = { labelpos: 'c', width: link.labelWidth + (isLoop ? 34 : 0), height: labelHeight, weight };
    dagre.setEdge(link.source, link.target, label, link.id);
  }
  const hold = (above: string, below: string) => dagre.setEdge(above, below, { labelpos: 'c', width: 0, height: labelHeight, weight: 1 }, 'held');
  for (const link of held) hold(link.target, link.source);
  // the start stands above and an end below everything, also while some states are led to by nothing or lead nowhere
  const steps = graph.links.filter((link) => !link.isReturn && link.source !== link.target);
  const [leading, led] = [new Set(steps.map((step) => step.source)), new Set(steps.map((step) => step.target))];
  for (const edge of graph.nodes.filter((node) => node.edge !== null)) {
    for (const node of graph.nodes) {
      if (edge.edge === 'start' && edge.place < node.place && !led.has(node.id)) hold(edge.id, node.id);
      if (edge.edge === 'end' && node.place < edge.place && !leading.has(node.id)) hold(node.id, edge.id);
    }
  }
  layout(dagre);
  return dagre;
}

/** dagre ends its lines at the borders of nodes; those ends are ours to choose. */
function wayOf(link: ChartLink, edge: DagreEdge): Way {
  const { points = [], x = 0, y = 0 } = edge;
  return { link, points: points.slice(1, -1), labelAt: { x, y } };
}

function occupy(bands: Band[], nodes: PlacedNode[], ways: Way[]): void {
  for (const node of nodes) {
    bands[bandAt(bands, node.y)]?.blocks.push({ left: node.x - node.width / 2, right: node.x + node.width / 2 });
  }
  for (const { link, points, labelAt } of ways) {
    const half = link.labelWidth / 2 + (link.source === link.target ? 18 : 0);
    if (link.labelWidth > 0) bands[bandAt(bands, labelAt.y)]?.blocks.push({ left: labelAt.x - half, right: labelAt.x + half });
    if (link.source === link.target) continue;
    for (const point of points) bands[bandAt(bands, point.y)]?.lines.push(point.x);
  }
}

/** Where each step leaves and arrives: side by side, in the order in which the lines go on, so that they need not cross. */
function endsOf(ways: Way[], nodes: Map<string, PlacedNode>): Map<string, { from: number; to: number }> {
  const ends = new Map(ways.map((way) => [way.link.id, { from: 0, to: 0 }]));
  const spread = (group: Way[], node: PlacedNode, end: 'from' | 'to') => {
    const next = (way: Way) => (end === 'from' ? way.points[0] : way.points[way.points.length - 1])?.x ?? node.x;
    const sorted = [...group].sort((a, b) => next(a) - next(b));
    const room = node.kind === 'diamond' ? 0 : node.width - 36;
    const gap = Math.min(PORT_GAP, room / Math.max(1, sorted.length - 1));
    sorted.forEach((way, index) => {
      const entry = ends.get(way.link.id);
      if (entry) entry[end] = node.x + (index - (sorted.length - 1) / 2) * gap;
    });
  };
  for (const node of nodes.values()) {
    spread(ways.filter((way) => way.link.source === node.id), node, 'from');
    spread(ways.filter((way) => way.link.target === node.id), node, 'to');
  }
  return ends;
}

function stepRoute(way: Way, bands: Band[], nodes: Map<string, PlacedNode>, ends: Map<string, { from: number; to: number }>): PlacedLink {
  const { link, points, labelAt } = way;
  const source = nodes.get(link.source) as PlacedNode;
  const target = nodes.get(link.target) as PlacedNode;
  const end = ends.get(link.id) ?? { from: source.x, to: target.x };
  const from: Port = { x: end.from, y: source.y + source.height / 2, side: 'bottom' };
  const to: Port = { x: end.to, y: target.y - target.height / 2, side: 'top' };
  const rowOf = (node: PlacedNode) => bands[bandAt(bands, node.y)] as Band;
  const between = points.flatMap(({ x, y }) => {
    const band = bands[bandAt(bands, y)] as Band;
    return [
      { x, y: band.top },
      { x, y: band.bottom },
    ];
  });
  const route = [from, { x: from.x, y: rowOf(source).bottom }, ...between, { x: to.x, y: rowOf(target).top }, to];
  return { ...link, from, to, route, path: pathOf(route), labelAt };
}

/** Out of the right side and back into it, the label beside the loop. */
function loopRoute({ link, labelAt }: Way, nodes: Map<string, PlacedNode>, earlier: number): PlacedLink {
  const node = nodes.get(link.source) as PlacedNode;
  const reach = 7 + earlier * 7;
  const side = node.x + node.width / 2;
  const x = labelAt.x - link.labelWidth / 2 - 4;
  const from: Port = { x: side, y: node.y - reach, side: 'right' };
  const to: Port = { x: side, y: node.y + reach, side: 'right' };
  const route = [from, { x, y: from.y }, { x, y: to.y }, to];
  return { ...link, from, to, route, path: pathOf(route), labelAt: { x: labelAt.x + 4, y: node.y } };
}
