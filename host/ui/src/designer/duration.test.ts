// Seconds as counts of units and back.
import { expect, it } from 'vitest';
import { secondsOf, SECONDS_MAX, unitOf } from './duration';

it('takes the largest unit that is whole', () => {
  expect([0, 1, 60, 90, 3600, 7200, 86_400, 90_000].map(unitOf)).toEqual(['minutes', 'seconds', 'minutes', 'seconds', 'hours', 'hours', 'days', 'hours']);
});

it('stays within what the server holds', () => {
  expect([secondsOf(1.5, 'hours'), secondsOf(-1, 'days'), secondsOf(1e9, 'days')]).toEqual([5400, 0, SECONDS_MAX]);
});
