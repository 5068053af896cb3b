// A drawing as the nodes and edges that @xyflow shows, with what is lit, selected and found wrong.
import { MarkerType, Position, type NodeHandle } from '@xyflow/react';
import type { Selected } from './Canvas';
import type { Problem, State, Transition, WorkflowDocument } from './document';
import type { DiamondNodeType } from './DiamondNode';
import type { ChartWords } from './graph';
import type { Drawing, PlacedLink, PlacedNode } from './layout';
import type { LinkEdgeType } from './LinkEdge';
import { NOTHING_LIT, type Lit } from './path';
import { placeKey } from './problems';
import type { NamedPort, StateNodeType } from './StateNode';
import type { Names } from '../parts/names';

export interface Shown {
  document: WorkflowDocument;
  drawing: Drawing;
  found: Map<string, Problem[]>;
  lit?: Lit;
  /** Id of the state that a ticket is in. */
  current?: number | null;
  selected: Selected | null;
  /** Not there: nothing can be changed. */
  onSelect?: (selected: Selected) => void;
  words: ChartWords;
  names: Names;
  lineColor: string;
  accent: string;
  refusal: string;
}

type Element = StateNodeType | DiamondNodeType;

export function elementsOf(shown: Shown): { nodes: Element[]; edges: LinkEdgeType[] } {
  const states = new Map(shown.document.states.map((state) => [state.key, state]));
  const transitions = new Map(shown.document.transitions.map((transition) => [transition.key, transition]));
  const ports = portsOf(shown.drawing.links);
  const nodes = shown.drawing.nodes.flatMap((node): Element[] => {
    const own = ports.get(node.id) ?? [];
    if (node.kind === 'state') {
      const state = states.get(node.key);
      return state ? [stateElement(node, state, own, shown)] : [];
    }
    const transition = transitions.get(node.key);
    return transition ? [diamondElement(node, transition, own, shown, states)] : [];
  });
  const edges = shown.drawing.links.flatMap((link) => {
    const transition = transitions.get(link.transition);
    return transition ? [edgeElement(link, transition, shown)] : [];
  });
  return { nodes, edges };
}

function stateElement(node: PlacedNode, state: State, ports: NamedPort[], shown: Shown): StateNodeType {
  const { lit = NOTHING_LIT } = shown;
  return {
    ...place(node, ports, shown.onSelect !== undefined),
    type: 'state',
    ariaLabel: state.name,
    selected: shown.selected?.part === 'state' && shown.selected.key === state.key,
    data: {
      node,
      state,
      small: shown.words.participant(state),
      names: shown.names,
      ports,
      problems: shown.found.get(placeKey('state', state.key)) ?? [],
      isLit: lit.nodes.has(node.id),
      isCurrent: shown.current !== undefined && shown.current !== null && state.id === shown.current,
      isEditable: shown.onSelect !== undefined,
    },
  };
}

function diamondElement(node: PlacedNode, transition: Transition, ports: NamedPort[], shown: Shown, states: Map<string, State>): DiamondNodeType {
  return {
    ...place(node, ports, false),
    // it goes with its state
    draggable: false,
    type: 'diamond',
    ariaLabel: transition.name,
    selected: isSelected(transition, shown),
    data: {
      node,
      transition,
      stateName: (key) => (key === null ? '' : (states.get(key)?.name ?? key)),
      ports,
      problems: shown.found.get(placeKey('transition', transition.key)) ?? [],
      isLit: (shown.lit ?? NOTHING_LIT).nodes.has(node.id),
    },
  };
}

function edgeElement(link: PlacedLink, transition: Transition, shown: Shown): LinkEdgeType {
  const { lit = NOTHING_LIT, onSelect } = shown;
  const isLit = lit.links.has(link.id);
  const selected = isSelected(transition, shown);
  const condition = link.condition === undefined ? undefined : transition.conditions[link.condition]?.expression;
  return {
    id: link.id,
    type: 'link',
    source: link.source,
    target: link.target,
    sourceHandle: `out ${link.id}`,
    targetHandle: `in ${link.id}`,
    selected,
    zIndex: isLit || selected ? 1 : 0,
    ariaLabel: condition ?? transition.name,
    markerEnd: { type: MarkerType.ArrowClosed, markerUnits: 'userSpaceOnUse', width: 17, height: 17, color: isLit || selected ? shown.accent : link.isRefusal ? shown.refusal : shown.lineColor },
    reconnectable: link.role === 'plain' ? true : link.role === 'enter' ? 'source' : 'target',
    data: {
      link,
      text: condition ?? (link.role === 'else' ? shown.words.otherwise : transition.name),
      problems: shown.found.get(placeKey('transition', transition.key)) ?? [],
      isLit,
      isDimmed: lit.links.size > 0 && !isLit,
      onPress: onSelect && ((key) => onSelect({ part: 'transition', key })),
    },
  };
}

function isSelected(transition: Transition, shown: Shown): boolean {
  return shown.selected?.part === 'transition' && shown.selected.key === transition.key;
}

/** Sizes and ports are told beforehand, so that links are there at the first drawing. */
function place(node: PlacedNode, ports: NamedPort[], isEditable: boolean) {
  const handles: NodeHandle[] = ports.map((port) => ({
    id: port.id,
    type: port.type,
    position: POSITIONS[port.side],
    x: port.x - node.x + node.width / 2,
    y: port.y - node.y + node.height / 2,
    width: 1,
    height: 1,
  }));
  if (isEditable) {
    handles.push({ id: 'new', type: 'source', position: Position.Bottom, x: node.width / 2 - 6, y: node.height - 6, width: 13, height: 13 });
    handles.push({ id: 'any', type: 'target', position: Position.Top, x: 0, y: 0, width: node.width, height: node.height });
  }
  const { width, height } = node;
  return { id: node.id, position: { x: node.x - width / 2, y: node.y - height / 2 }, width, height, measured: { width, height }, handles };
}

const POSITIONS = { top: Position.Top, bottom: Position.Bottom, left: Position.Left, right: Position.Right };

function portsOf(links: PlacedLink[]): Map<string, NamedPort[]> {
  const ports = new Map<string, NamedPort[]>();
  const add = (node: string, port: NamedPort) => ports.set(node, [...(ports.get(node) ?? []), port]);
  for (const link of links) {
    add(link.source, { ...link.from, id: `out ${link.id}`, type: 'source' });
    add(link.target, { ...link.to, id: `in ${link.id}`, type: 'target' });
  }
  return ports;
}
