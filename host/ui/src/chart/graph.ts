// What is drawn of a document: a node per state, a diamond per transition with conditions, and links between them with their labels.
// Sizes are known here already; places come from the layout.
import type { State, Transition, WorkflowDocument } from './document';
import { flowOrder } from './flowOrder';
import type { Point } from './route';
import { textWidth, wrapped } from './textSize';

export const NAME_PX = 13;
export const SMALL_PX = 11;
export const LABEL_PX = 12;
const LABEL_LINE = 16;
const DIAMOND = 40;

export interface ChartNode {
  id: string;
  kind: 'state' | 'diamond';
  /** The state, or the diamond's transition. */
  key: string;
  width: number;
  height: number;
  /** Name in lines. */
  lines: string[];
  /** At which edge of the drawing it stands. */
  edge: 'start' | 'end' | null;
  /** Place in the flow; links to a smaller one are returns. */
  place: number;
  /** Where its author put it. */
  position: Point | null;
}

export type LinkRole = 'plain' | 'enter' | 'condition' | 'else';

export interface ChartLink {
  id: string;
  source: string;
  target: string;
  /** Key of its transition. */
  transition: string;
  role: LinkRole;
  /** Which condition, for a link of one. */
  condition?: number;
  lines: string[];
  labelWidth: number;
  labelHeight: number;
  isTimer: boolean;
  isReturn: boolean;
  isRefusal: boolean;
}

export interface Graph {
  nodes: ChartNode[];
  links: ChartLink[];
}

/** The words that a drawing needs of a language. */
export interface ChartWords {
  otherwise: string;
  /** `name` with the time after which the transition goes by itself. */
  timer: (name: string, seconds: number) => string;
  /** One line on who acts in the state; empty for none. */
  participant: (state: State) => string;
}

export const stateId = (key: string): string => `s:${key}`;
export const diamondId = (key: string): string => `d:${key}`;

export function graphOf(document: WorkflowDocument, words: ChartWords): Graph {
  const order = flowOrder(document);
  const known = new Set(document.states.map((state) => state.key));
  const nodes = document.states.map((state) => stateNode(state, words, order.get(state.key) ?? 0));
  const links: ChartLink[] = [];
  const places = new Map(nodes.map((node) => [node.id, node.place]));
  document.transitions.forEach((transition, index) => {
    if (transition.source === null || !known.has(transition.source)) return;
    const ends = endsOf(transition, words).filter((end) => known.has(end.target ?? ''));
    if (ends.length === 0) return;
    const source = stateId(transition.source);
    if (transition.conditions.length === 0) {
      const [end] = ends;
      if (end) links.push(link(transition, source, stateId(end.target ?? ''), { ...end, role: 'plain', label: nameOf(transition, words) }));
      return;
    }
    const diamond = diamondId(transition.key);
    const place = (places.get(source) ?? 0) + (index + 1) / (document.transitions.length + 1);
    nodes.push({ id: diamond, kind: 'diamond', key: transition.key, width: DIAMOND, height: DIAMOND, lines: [], edge: null, place, position: null });
    places.set(diamond, place);
    links.push(link(transition, source, diamond, { role: 'enter', label: nameOf(transition, words) }));
    for (const end of ends) links.push(link(transition, diamond, stateId(end.target ?? ''), end));
  });
  for (const one of links) one.isReturn = (places.get(one.target) ?? 0) < (places.get(one.source) ?? 0);
  return { nodes, links };
}

interface End {
  role: LinkRole;
  label: string;
  target?: string | null;
  condition?: number;
}

function endsOf(transition: Transition, words: ChartWords): End[] {
  const conditions = transition.conditions.map((condition, index) => {
    return { role: 'condition' as const, label: condition.expression, target: condition.target, condition: index };
  });
  return [...conditions, { role: 'else' as const, label: words.otherwise, target: transition.destination }];
}

function nameOf(transition: Transition, words: ChartWords): string {
  return transition.kind === 'timer' ? words.timer(transition.name, transition.timer_seconds) : transition.name;
}

function link(transition: Transition, source: string, target: string, { role, label, condition }: End): ChartLink {
  const lines = wrapped(label, { fontPx: LABEL_PX, widthPx: role === 'condition' ? 210 : 150, linesMax: role === 'condition' ? 3 : 2 });
  const widest = Math.max(0, ...lines.map((line) => textWidth(line, LABEL_PX)));
  return {
    id: `${transition.key}:${role}${condition ?? ''}`,
    source,
    target,
    transition: transition.key,
    role,
    condition,
    lines,
    labelWidth: lines.length === 0 ? 0 : widest + 14,
    labelHeight: lines.length === 0 ? 0 : lines.length * LABEL_LINE + 6,
    isTimer: transition.kind === 'timer' && (role === 'plain' || role === 'enter'),
    isReturn: false,
    isRefusal: transition.attribute === 'refuse',
  };
}

function stateNode(state: State, words: ChartWords, place: number): ChartNode {
  const lines = wrapped(state.name === '' ? state.key : state.name, { fontPx: NAME_PX, widthPx: 170, linesMax: 2 });
  const small = textWidth(words.participant(state), SMALL_PX);
  const text = Math.max(small, ...lines.map((line) => textWidth(line, NAME_PX)));
  const width = Math.min(220, Math.max(110, text + 44));
  const height = 18 + lines.length * 18 + (small > 0 ? 18 : 0);
  const edge = state.kind === 'normal' ? null : state.kind;
  return { id: stateId(state.key), kind: 'state', key: state.key, width, height: Math.max(44, height), lines, edge, place, position: state.position ?? null };
}
