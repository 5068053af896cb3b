// What of a form is sent.
import { expect, it } from 'vitest';
import { changesOf } from './changesOf';

const carol = { username: 'carol', phone: '1', dept_ids: [3, 1], is_active: true, is_admin: true };

it('a corrected phone number says nothing of rights, which somebody else may have taken away meanwhile', () => {
  expect(changesOf(carol, { ...carol, phone: '2' })).toEqual({ phone: '2' });
});

it('a form that nobody changed has nothing to send', () => {
  expect(changesOf(carol, { ...carol, dept_ids: [...carol.dept_ids] })).toBeNull();
});

it('what a row has besides its form is not sent', () => {
  const row: Partial<typeof carol> = { ...carol, ...{ id: 7, last_login: null } };
  expect(changesOf(row, carol)).toBeNull();
});

it('a list is sent whole, in its new order too, since the first department is the one that is shown', () => {
  expect(changesOf(carol, { ...carol, dept_ids: [1, 3] })).toEqual({ dept_ids: [1, 3] });
  expect(changesOf<typeof carol>(carol, { ...carol, dept_ids: [] })).toEqual({ dept_ids: [] });
});

it('what was emptied is sent, and what is undefined is not', () => {
  const changes = changesOf<{ phone?: string; limit: number | null }>;
  const loaded = { phone: '1', limit: 0 };
  expect(changes(loaded, { phone: '', limit: null })).toEqual({ phone: '', limit: null });
  expect(changes(loaded, { phone: undefined, limit: 0 })).toBeNull();
});

it('a number and its text differ, and so do null and an empty text: both sides have to be in one form', () => {
  expect(changesOf<{ rate: number | string }>({ rate: 1 }, { rate: '1' })).toEqual({ rate: '1' });
  expect(changesOf<{ text: string | null }>({ text: null }, { text: '' })).toEqual({ text: '' });
});

it('of something new everything is sent', () => {
  expect(changesOf(null, { name: 'x', description: '', password: undefined })).toEqual({ name: 'x', description: '' });
});

it('a chosen file is a change', () => {
  const file = new File(['x'], 'x.wasm');
  expect(changesOf<{ name: string; file?: File }>({ name: 'x' }, { name: 'x', file })?.file).toBe(file);
});
