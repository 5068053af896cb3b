// Rows of choices: no label is lost, and a new row has a value of its own.
import { expect, it } from 'vitest';
import { choicesOf, freeValue, isRepeated, rowsOf } from './choices';

it('gives a new row a number that no row has, also after one was removed', () => {
  expect(freeValue([])).toBe('1');
  expect(freeValue(rowsOf({ 1: 'a', 2: 'b' }))).toBe('3');
  expect(freeValue(rowsOf({ 1: 'a', 3: 'c' }))).toBe('4');
  expect(freeValue(rowsOf({ 2: 'b', 3: 'c' }))).toBe('4');
  expect(freeValue(rowsOf({ sick: 'Sick leave', '': 'x', '-4': 'y' }))).toBe('1');
});

it('keeps the older label where a value is typed again, and tells the later row', () => {
  const rows = [...rowsOf({ 1: 'older', 2: 'b' }), { value: '1', text: 'newer' }];
  expect(choicesOf(rows)).toEqual({ 1: 'older', 2: 'b' });
  expect(rows.map((_, index) => isRepeated(rows, index))).toEqual([false, false, true]);
});

it('takes a row in once its value is its own', () => {
  expect(choicesOf([...rowsOf({ 1: 'older' }), { value: '12', text: 'newer' }])).toEqual({ 1: 'older', 12: 'newer' });
});

it('calls rows without a value no repetition of each other, and leaves them out', () => {
  const rows = [{ value: '', text: 'a' }, { value: '', text: 'b' }];
  expect(rows.map((_, index) => isRepeated(rows, index))).toEqual([false, false]);
  expect(choicesOf(rows)).toEqual({});
});

it('reads back what it wrote, whatever a value is called', () => {
  const rows = [{ value: '__proto__', text: 'odd' }, { value: 'constructor', text: 'odder' }];
  expect(rowsOf(choicesOf(rows))).toEqual(rows);
});
