// Which way a workflow runs: one order of its states, so that every transition is either a step on or a return.
// The administrator's own order counts, unless following the transitions from the start gives fewer returns.
import type { Transition, WorkflowDocument } from './document';

interface Step {
  source: string;
  target: string;
  /** What it costs to draw it as a return: a refusal is one by nature. */
  cost: number;
}

/** Every way from a state to another, once per target of a condition. */
export function stepsOf(document: WorkflowDocument): Step[] {
  const known = new Set(document.states.map((state) => state.key));
  return document.transitions.flatMap((transition) =>
    targetsOf(transition)
      .filter((target) => transition.source !== null && known.has(transition.source) && known.has(target))
      .map((target) => ({ source: transition.source as string, target, cost: transition.attribute === 'agree' ? 3 : 1 })),
  );
}

export function targetsOf(transition: Transition): string[] {
  const targets = [...transition.conditions.map((condition) => condition.target), transition.destination];
  return targets.filter((target) => target !== null);
}

/** State key → its place, from 0. */
export function flowOrder(document: WorkflowDocument): Map<string, number> {
  const steps = stepsOf(document);
  const orders = [byOrderId(document), byWalk(document, steps)];
  const [first, second] = orders.map((order) => ({ order, cost: returnCost(order, steps) }));
  return second && first && second.cost < first.cost ? second.order : (first?.order ?? new Map());
}

function returnCost(order: Map<string, number>, steps: Step[]): number {
  return steps.reduce((sum, step) => sum + ((order.get(step.target) ?? 0) < (order.get(step.source) ?? 0) ? step.cost : 0), 0);
}

const RANK = { start: 0, normal: 1, end: 2 };

function byOrderId({ states }: WorkflowDocument): Map<string, number> {
  const sorted = states
    .map((state, index) => ({ state, index }))
    .sort((a, b) => RANK[a.state.kind] - RANK[b.state.kind] || a.state.order_id - b.state.order_id || a.index - b.index);
  return new Map(sorted.map(({ state }, place) => [state.key, place]));
}

/** Depth first from the start, agreements first; a state stands before everything that was first reached through it. */
function byWalk({ states }: WorkflowDocument, steps: Step[]): Map<string, number> {
  const sorted = [...steps].sort((a, b) => b.cost - a.cost);
  const leaving = new Map<string, string[]>();
  for (const step of sorted) leaving.set(step.source, [...(leaving.get(step.source) ?? []), step.target]);
  const seen = new Set<string>();
  const roots = [...states].sort((a, b) => RANK[a.kind] - RANK[b.kind]).map((state) => state.key);
  // what the start does not lead to comes after all that it leads to
  const order = roots.flatMap((root) => walked(root, leaving, seen).reverse());
  return new Map(order.map((key, place) => [key, place]));
}

/** Everything that can be reached from here and was not seen, each after all that is reached through it. */
function walked(root: string, leaving: Map<string, string[]>, seen: Set<string>): string[] {
  const finished: string[] = [];
  if (seen.has(root)) return finished;
  seen.add(root);
  const stack = [{ key: root, next: 0 }];
  for (let top = stack[0]; top; top = stack[stack.length - 1]) {
    const target = leaving.get(top.key)?.[top.next++];
    if (target === undefined) {
      finished.push(top.key);
      stack.pop();
    } else if (!seen.has(target)) {
      seen.add(target);
      stack.push({ key: target, next: 0 });
    }
  }
  return finished;
}
