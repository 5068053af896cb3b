// Ticks are round and reach the top; stacks add up.
import { expect, it } from 'vitest';
import { stacks, ticks } from './scale';

it('ticks are whole, begin at 0 and reach the highest value', () => {
  expect(ticks(0)).toEqual([0, 1]);
  expect(ticks(1)).toEqual([0, 1]);
  expect(ticks(7)).toEqual([0, 2, 4, 6, 8]);
  expect(ticks(100)).toEqual([0, 50, 100]);
  for (let max = 1; max < 5_000; max += 37) {
    const all = ticks(max);
    expect(all.at(-1)).toBeGreaterThanOrEqual(max);
    expect(all.length).toBeLessThanOrEqual(6);
    expect(all.every(Number.isInteger)).toBe(true);
  }
});

it('the busiest workflows stand alone, the others together, and every ticket is counted once', () => {
  const counts = [1, 2, 3, 4].flatMap((id) => [
    { day: 'a', workflow_id: id, count: id },
    { day: 'b', workflow_id: id, count: 1 },
  ]);
  const names = new Map([[4, 'four'], [3, 'three']]);
  const drawn = stacks(['a', 'b', 'c'], counts, names, 3, 'others');
  expect(drawn.series).toEqual([
    { id: 4, name: 'four', total: 5 },
    { id: 3, name: 'three', total: 4 },
    { id: null, name: 'others', total: 5 },
  ]);
  expect(drawn.stacks.map((stack) => stack.total)).toEqual([10, 4, 0]);
  expect(drawn.stacks[0]?.pieces).toEqual([
    { series: 0, from: 0, to: 4 },
    { series: 1, from: 4, to: 7 },
    { series: 2, from: 7, to: 10 },
  ]);
});

it('no tickets make no series', () => {
  expect(stacks(['a'], [], new Map(), 3, 'others')).toEqual({ series: [], stacks: [{ day: 'a', total: 0, pieces: [] }] });
});
