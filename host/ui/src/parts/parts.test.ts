// Differences of documents, kinds of JSON texts, times.
import { expect, it } from 'vitest';
import { chartTexts } from '../chart/texts';
import { differences } from './differences';
import { jsonKind } from './json';
import { duration, localTime, setZone } from './time';

it('equal documents differ in nothing', () => {
  expect(differences({ a: [1, 2], b: { c: null } }, { a: [1, 2], b: { c: null } })).toEqual([]);
});

it('differences name their keys from the top, added and removed ones too', () => {
  expect(differences({ state: 1, values: { days: 3, why: 'x' } }, { state: 2, values: { days: 3, proxy: 'lisi' } })).toEqual([
    { key: 'state', before: 1, after: 2 },
    { key: 'values.proxy', before: undefined, after: 'lisi' },
    { key: 'values.why', before: 'x', after: undefined },
  ]);
});

it('lists are compared as a whole, and so is what replaced an object', () => {
  expect(differences({ a: [1] }, { a: [1, 2] })).toEqual([{ key: 'a', before: [1], after: [1, 2] }]);
  expect(differences({ a: { b: 1 } }, { a: 'text' })).toEqual([{ key: 'a', before: { b: 1 }, after: 'text' }]);
});

it('something made out of nothing differs in every key', () => {
  expect(differences(null, { name: 'x' })).toEqual([{ key: 'name', before: undefined, after: 'x' }]);
});

it('a text is told by its kind of JSON', () => {
  expect(['', ' ', '{}', '[]', '1', '{'].map(jsonKind)).toEqual(['empty', 'empty', 'object', 'list', 'other', 'broken']);
});

it('times are shown in the server’s zone', () => {
  setZone('Asia/Shanghai');
  expect(localTime('2026-11-25T00:15:02+00:00')).toBe('2026-11-25 08:15:02');
  setZone('Etc/UTC');
  expect(localTime('2026-11-25T00:15:02.123456+00:00')).toBe('2026-11-25 00:15:02');
  expect(localTime(null)).toBe('');
  expect(localTime('soon')).toBe('soon');
});

it('durations have one unit, in either language', () => {
  const told = (language: 'en' | 'zh') => [0, 45, 90, 3_600, 5_400, 86_400 * 12].map((seconds) => duration(seconds, chartTexts[language]));
  expect(told('en')).toEqual(['0\u00a0s', '45\u00a0s', '1.5\u00a0min', '1\u00a0h', '1.5\u00a0h', '12\u00a0d']);
  expect(told('zh')).toEqual(['0秒', '45秒', '1.5分钟', '1小时', '1.5小时', '12天']);
});
