// Values of fields as texts, what an edit sends, and the filters of the list.
import { expect, it } from 'vitest';
import { filtersOf, queryOf } from './filters';
import { snapshotWords } from './snapshotWords';
import type { FieldShape, FormField } from './types';
import { changedValues, participantsText, parts, valueText } from './values';

const field = (kind: FieldShape['kind'], more: Partial<FieldShape> = {}): FieldShape => ({ key: 'k', name: 'K', kind, ...more });

it('choices are read by their labels', () => {
  const choices = { '1': '年假', '2': '病假' };
  expect(valueText('2', field('radio', { choices }))).toBe('病假');
  expect(valueText('1,2,9', field('checkbox', { choices }))).toBe('年假、病假、9');
  expect(valueText(true, field('bool', { boolean_display: { '1': '是', '0': '否' } }))).toBe('是');
  expect(valueText(null, field('int'))).toBe('');
  expect(valueText({ a: 1 })).toBe('{"a":1}');
});

it('comma texts and lists have the same parts', () => {
  expect(parts(' a, b,,c ')).toEqual(['a', 'b', 'c']);
  expect(parts(['a', 1])).toEqual(['a', '1']);
  expect(parts(undefined)).toEqual([]);
});

it('an edit sends what was changed, and null for what was emptied', () => {
  const before = { title: 't', days: 3, why: null, users: 'a,b' };
  expect(changedValues(before, { title: 't', days: 4, why: '', users: 'a,b' })).toEqual({ days: 4 });
  expect(changedValues(before, { days: undefined, users: '' })).toEqual({ days: null, users: '' });
});

it('participants are told in one line', () => {
  const words = { department: '部门', nobody: '无' };
  const names = (kind: string, id: string) => (kind === 'department' && id === '3' ? '财务' : undefined);
  expect(participantsText({ kind: 'several', users: ['a', 'b'] }, words, names)).toBe('a、b');
  expect(participantsText({ kind: 'department', department_ids: [3, 4] }, words, names)).toBe('部门 财务、4');
  expect(participantsText({ kind: 'nobody' }, words, names)).toBe('无');
});

it('snapshots are read by the names of fields and states', () => {
  const days = { ...field('select', { choices: { '1': '一天' } }), key: 'days', name: '天数' } as FormField;
  const ticket = { states: [{ id: 2, name: '审批', kind: 'normal' as const }], forms: { handler: [days], viewer: [] } };
  const words = snapshotWords(ticket, { state_id: '状态' }, { nobody: '无' }, () => undefined);
  expect([words.key('state_id'), words.key('values.days'), words.key('values.gone')]).toEqual(['状态', '天数', undefined]);
  expect(words.value('state_id', 2)).toBe('审批');
  expect(words.value('values.days', '1')).toBe('一天');
  expect(words.value('participants', { kind: 'nobody' })).toBe('无');
  expect(words.value('related', ['a', 'b'])).toBe('a、b');
  expect(words.value('state_id', null)).toBe('');
});

it('filters survive the address bar', () => {
  const query = { title: 'x', workflow_ids: '1,2', is_end: '0', 'field.days': '3', 'field.why': '家' };
  expect(queryOf(filtersOf(new URLSearchParams(query)))).toEqual(query);
});

it('what is half filled in, empty or no id is left out of the query', () => {
  const filters = { workflow_ids: [], state_ids: [], title: ' ', fields: [{ key: 'days', value: '' }, { key: '', value: '3' }] };
  expect(queryOf(filters)).toEqual({});
  expect(filtersOf(new URLSearchParams('workflow_ids=1,x,-2,3')).workflow_ids).toEqual([1, 3]);
});
