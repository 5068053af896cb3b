// What the search form shows of the filters, and what it refuses.
import { expect, it } from 'vitest';
import { filtersOf, isDoubleField, NO_FILTERS, queryOf, shownFilters } from './filters';

it('the form forgets what another address does not have: every filter has a place among what is shown', () => {
  const all = 'sn=1&title=x&ticket_ids=1&create_start=a&create_end=b&is_end=1&is_rejected=0&creator=c&participant=p&related=r&order=oldest';
  const before = shownFilters(filtersOf(new URLSearchParams(`${all}&workflow_ids=1&state_ids=2&field.days=3`)));
  const after = { ...before, ...shownFilters(NO_FILTERS) };
  expect(queryOf(before)).toMatchObject({ sn: '1', related: 'r', state_ids: '2', 'field.days': '3' });
  expect(queryOf(after)).toEqual({});
});

it('choices that are not made show “any”', () => {
  expect(shownFilters(NO_FILTERS)).toMatchObject({ is_end: '', is_rejected: '', order: '' });
  expect(shownFilters({ ...NO_FILTERS, is_end: '0' }).is_end).toBe('0');
});

it('the second row of a field is refused, and the first one and empty rows are not', () => {
  const rows = [{ key: 'days', value: '1' }, { key: '', value: '' }, undefined, { key: 'days', value: '2' }, { key: '' }, { key: 'why' }];
  expect(rows.map((_, row) => isDoubleField(rows, row))).toEqual([false, false, false, true, false, false]);
});
