// What a drawing must hold, for the demo's workflow, a hard one, and a few hundred random ones.
import { describe, expect, it } from 'vitest';
import type { WorkflowDocument } from './document';
import { dropped } from './arrange';
import { graphOf } from './graph';
import { drawingOf, type Drawing, type PlacedLink, type PlacedNode } from './layout';
import { extents } from './route';
import { hard, leave, state, transition, workflow, words } from './testing';

function draw(document: WorkflowDocument): Drawing {
  return drawingOf(graphOf(document, words));
}

/** A small generator, so that a failure can be looked at again. */
function random(seed: number): () => number {
  let value = seed;
  return () => (value = (value * 1_103_515_245 + 12_345) % 2 ** 31) / 2 ** 31;
}

function anyWorkflow(seed: number): WorkflowDocument {
  const next = random(seed + 1);
  const count = 2 + Math.floor(next() * 14);
  const any = () => `s${Math.floor(next() * count)}`;
  const states = Array.from({ length: count }, (_, index) => state(`s${index}`, { order_id: index, kind: index === 0 ? 'start' : next() < 0.2 ? 'end' : 'normal' }));
  const transitions = Array.from({ length: Math.floor(count * (1 + next())) }, (_, index) => {
    const conditions = Array.from({ length: next() < 0.2 ? 2 : 0 }, () => ({ expression: '{days} > 3', target: any() }));
    return transition(`t${index}`, any(), any(), { name: 'Send it back again', conditions, attribute: next() < 0.3 ? 'refuse' : 'agree' });
  });
  return workflow(states, transitions);
}

function throughNodes({ nodes, links }: Drawing): string[] {
  const inside = (link: PlacedLink, node: PlacedNode) =>
    extents(link.route).some(
      (box) =>
        box.right > node.x - node.width / 2 + 1 &&
        box.left < node.x + node.width / 2 - 1 &&
        box.bottom > node.y - node.height / 2 + 1 &&
        box.top < node.y + node.height / 2 - 1,
    );
  return links.flatMap((link) => nodes.filter((node) => inside(link, node)).map((node) => `${link.id} runs through ${node.id}`));
}

interface Box {
  id: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

function overlapping(boxes: Box[]): string[] {
  return boxes.flatMap((a, index) =>
    boxes
      .slice(index + 1)
      .filter((b) => Math.abs(a.x - b.x) < (a.width + b.width) / 2 - 1 && Math.abs(a.y - b.y) < (a.height + b.height) / 2 - 1)
      .map((b) => `${a.id} lies over ${b.id}`),
  );
}

function labels({ links }: Drawing): Box[] {
  return links
    .filter((link) => link.labelWidth > 0)
    .map((link) => ({ id: link.id, x: link.labelAt.x, y: link.labelAt.y, width: link.labelWidth, height: link.labelHeight }));
}

describe.each([
  ['the leave workflow', leave()],
  ['a hard workflow', hard()],
])('%s', (_, document) => {
  const drawing = draw(document);

  it('has no line through a node', () => {
    expect(throughNodes(drawing)).toEqual([]);
  });

  it('has every label where it covers neither a label nor a node', () => {
    expect(overlapping([...drawing.nodes, ...labels(drawing)])).toEqual([]);
  });

  it('has returns that leave and arrive at the side, and steps that go down', () => {
    for (const link of drawing.links) {
      const sideways = ['left', 'right'];
      if (link.isReturn || link.source === link.target) {
        expect(sideways).toContain(link.from.side);
        expect(sideways).toContain(link.to.side);
      } else {
        expect([link.from.side, link.to.side]).toEqual(['bottom', 'top']);
        expect(link.from.y).toBeLessThan(link.to.y);
      }
    }
  });
});

it('draws a diamond for a transition with conditions, with a link for each of them and one for else', () => {
  const { nodes, links } = draw(leave());
  expect(nodes.filter((node) => node.kind === 'diamond').map((node) => node.key)).toEqual(['t3']);
  const roles = links.filter((link) => link.transition === 't3').map((link) => [link.role, link.lines.join(' ')]);
  expect(roles.sort()).toEqual([
    ['condition', '{leave_days} > 3'],
    ['else', 'else'],
    ['enter', '同意'],
  ]);
});

it('has no line through a node and no label over anything, whatever the workflow', { timeout: 60_000 }, () => {
  for (let seed = 0; seed < 120; seed += 1) {
    const drawing = draw(anyWorkflow(seed));
    const found = [...throughNodes(drawing), ...overlapping([...drawing.nodes, ...labels(drawing)])];
    expect(found, `seed ${seed}`).toEqual([]);
  }
});

it('draws unfinished workflows: no states, loose transitions, targets that are gone', () => {
  expect(draw(workflow([], []))).toEqual({ nodes: [], links: [] });
  const loose = [transition('t1', 'a', null), transition('t2', null, 'a'), transition('t3', 'a', 'gone')];
  const drawing = draw(workflow([state('a')], loose));
  expect(drawing.nodes.map((node) => node.id)).toEqual(['s:a']);
  expect(drawing.links).toEqual([]);
});

it('ends in good time for a hundred and fifty states', { timeout: 60_000 }, () => {
  const states = Array.from({ length: 150 }, (_, index) => state(`s${index}`, { order_id: index }));
  const next = random(7);
  const on = states.slice(1).map((_, index) => transition(`n${index}`, `s${index}`, `s${index + 1}`));
  const back = on.filter(() => next() < 0.4).map((_, index) => transition(`b${index}`, `s${index + 3}`, `s${index}`));
  const begin = performance.now();
  draw(workflow(states, [...on, ...back]));
  expect(performance.now() - begin).toBeLessThan(15_000);
});

it('stands the start above and ends below everything, also when a state is led to by nothing and leads nowhere', () => {
  const states = [state('a', { kind: 'start' }), state('end', { kind: 'end', order_id: 9 }), state('b', { order_id: 1 }), state('loose', { order_id: 2 })];
  const { nodes } = draw(workflow(states, [transition('t1', 'a', 'end'), transition('t2', 'a', 'b')]));
  const y = (id: string) => nodes.find((node) => node.id === id)?.y ?? 0;
  for (const other of ['s:a', 's:b', 's:loose']) expect(y('s:end')).toBeGreaterThan(y(other));
  for (const other of ['s:b', 's:loose', 's:end']) expect(y('s:a')).toBeLessThan(y(other));
});

it('keeps the ends of returns clear of the loops at the same side', () => {
  const states = ['a', 'b', 'c'].map((key, index) => state(key, { order_id: index }));
  const steps = [transition('t1', 'a', 'b'), transition('t2', 'b', 'c'), transition('t3', 'a', 'c'), transition('t4', 'b', 'b'), transition('t5', 'c', 'b')];
  const returns = [transition('t6', 'b', 'a'), transition('t7', 'c', 'b'), transition('t8', 'b', 'a')];
  const { links } = draw(workflow(states, [...steps, ...returns]));
  const loop = links.find((link) => link.transition === 't4') as PlacedLink;
  const ends = links.filter((link) => link.isReturn).map((link) => (link.source === 's:b' ? link.from : link.to));
  const beside = ends.filter((end) => end.side === 'right').map((end) => end.y);
  expect(beside.length).toBeGreaterThan(0);
  for (const y of beside) expect(y < loop.from.y || y > loop.to.y).toBe(true);
});

describe('arranged by its author', () => {
  const put = (document: WorkflowDocument, at: Record<string, { x: number; y: number }>): WorkflowDocument => ({
    ...document,
    states: document.states.map((one) => (at[one.key] ? { ...one, position: at[one.key] } : one)),
  });
  const middle = ({ nodes }: Drawing, id: string) => {
    const node = nodes.find((one) => one.id === id) as PlacedNode;
    return { x: node.x, y: node.y };
  };

  it('has a state where it was put, and its diamond with it', () => {
    const before = draw(leave());
    const positions = Object.fromEntries(before.nodes.filter((node) => node.kind === 'state').map((node) => [node.key, { x: node.x, y: node.y }]));
    const source = leave().transitions.find((one) => one.key === 't3')?.source as string;
    const there = { x: (positions[source]?.x ?? 0) + 600, y: positions[source]?.y ?? 0 };
    const after = draw(put(leave(), { ...positions, [source]: there }));
    const near = (place: { x: number; y: number }) => ({ x: Math.round(place.x / 10) * 10, y: Math.round(place.y / 10) * 10 });
    expect(middle(after, `s:${source}`)).toEqual(near(there));
    expect(middle(after, 'd:t3').x - middle(before, 'd:t3').x).toBeGreaterThan(500);
    expect(throughNodes(after)).toEqual([]);
    expect(overlapping([...after.nodes, ...labels(after)])).toEqual([]);
  });

  it('moves aside what would lie over a state, and never the state that was put there first', () => {
    const states = ['a', 'b', 'c'].map((key) => state(key, { position: { x: 100, y: 100 } }));
    const { nodes } = draw(workflow([...states, state('d')], []));
    expect(nodes[0]).toMatchObject({ x: 100, y: 100 });
    expect(overlapping(nodes)).toEqual([]);
  });

  it('has no line through a node and no state over another, wherever the states stand', { timeout: 60_000 }, () => {
    for (let seed = 0; seed < 60; seed += 1) {
      const next = random(seed + 1);
      const document = anyWorkflow(seed);
      const spread = 60 * document.states.length;
      const at = document.states.filter(() => next() < 0.8).map((one) => [one.key, { x: Math.round(next() * spread), y: Math.round(next() * spread) }]);
      const drawing = draw(put(document, Object.fromEntries(at) as Record<string, { x: number; y: number }>));
      expect([...throughNodes(drawing), ...overlapping(drawing.nodes)], `seed ${seed}`).toEqual([]);
      expect(overlapping(labels(drawing)), `labels of seed ${seed}`).toEqual([]);
    }
  });

  it('ends in good time for a hundred and fifty states with links from anywhere to anywhere', { timeout: 60_000 }, () => {
    const next = random(7);
    const states = Array.from({ length: 150 }, (_, index) => state(`s${index}`, { order_id: index, position: { x: (index % 12) * 260, y: Math.floor(index / 12) * 160 } }));
    const any = () => `s${Math.floor(next() * 150)}`;
    const on = states.slice(1).map((_, index) => transition(`n${index}`, `s${index}`, `s${index + 1}`));
    const far = Array.from({ length: 90 }, (_, index) => transition(`f${index}`, any(), any()));
    const begin = performance.now();
    expect(throughNodes(draw(workflow(states, [...on, ...far])))).toEqual([]);
    expect(performance.now() - begin).toBeLessThan(10_000);
  });

  it('takes the smallest push in every direction, and none that leads nowhere', () => {
    const [a, b] = draw(workflow([state('a', { position: { x: 100, y: 100 } }), state('b', { position: { x: 400, y: 100 } })], [])).nodes as [PlacedNode, PlacedNode];
    const to = (x: number, y: number) => dropped(a, { x, y }, [b]);
    expect([to(95, 100), to(105, 100), to(100, 95), to(100, 105)]).toEqual([{ x: 90, y: 100 }, { x: 110, y: 100 }, { x: 100, y: 90 }, { x: 100, y: 110 }]);
    expect(to(100, 100)).toBeNull();
    expect(to(230, 101), 'a hand that slips leaves it in its row').toEqual({ x: 230, y: 100 });
    const close = { ...b, x: 100 + (a.width + b.width) / 2 + 30 };
    expect(dropped(a, { x: 105, y: 100 }, [close]), 'a push against another is none').toBeNull();
    const beside = to(400, 100) as { x: number; y: number };
    expect(Object.keys(beside).sort(), 'as the document has it').toEqual(['x', 'y']);
    expect(overlapping([{ ...a, ...beside }, b]), 'where another stands it comes to stand beside that').toEqual([]);
  });
});
