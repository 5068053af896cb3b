// Which nodes and links of a drawing a ticket went along, by its visits to states and the transitions by which it left them.
import type { State, Transition, WorkflowDocument } from './document';
import { diamondId, stateId } from './graph';

/** One stay of a ticket, oldest first; ids are those of the stored parts. */
export interface Visit {
  state: { id: number };
  /** Nothing: it is there still. Without a transition it was moved by force. */
  left?: { transition: { id: number } | null } | null;
}

export interface Lit {
  nodes: Set<string>;
  links: Set<string>;
}

export const NOTHING_LIT: Lit = { nodes: new Set(), links: new Set() };

export function litOf(document: WorkflowDocument, visits: Visit[]): Lit {
  const lit: Lit = { nodes: new Set(), links: new Set() };
  const states = new Map(document.states.map((state) => [state.id, state]));
  const transitions = new Map(document.transitions.map((transition) => [transition.id, transition]));
  visits.forEach((visit, index) => {
    const here = states.get(visit.state.id);
    if (here) lit.nodes.add(stateId(here.key));
    const transition = transitions.get(visit.left?.transition?.id);
    if (transition) lightTransition(transition, states.get(visits[index + 1]?.state.id), lit);
  });
  return lit;
}

function lightTransition(transition: Transition, to: State | undefined, lit: Lit): void {
  if (transition.source !== null) lit.nodes.add(stateId(transition.source));
  if (transition.conditions.length === 0) {
    lit.links.add(`${transition.key}:plain`);
    return;
  }
  lit.links.add(`${transition.key}:enter`);
  lit.nodes.add(diamondId(transition.key));
  if (!to) return;
  const index = transition.conditions.findIndex((condition) => condition.target === to.key);
  if (index >= 0) lit.links.add(`${transition.key}:condition${index}`);
  else if (transition.destination === to.key) lit.links.add(`${transition.key}:else`);
}
