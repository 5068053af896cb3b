// When leaving a page with something typed is asked about.
import { expect, it } from 'vitest';
import { asksToLeave } from './LeaveGuard';

it('leaving the page is asked about, and another tab or filter of the same page is not', () => {
  expect(asksToLeave('/users', '/roles', false)).toBe(true);
  expect(asksToLeave('/plugins/7', '/plugins/7', false)).toBe(false);
});

it('a save leads on unasked, but not to the login, where an ended session leads', () => {
  expect(asksToLeave('/plugins', '/plugins/8', true)).toBe(false);
  expect(asksToLeave('/plugins', '/login', true)).toBe(true);
});
