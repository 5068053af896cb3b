// Notices by their names.
import { expect, it } from 'vitest';
import { noticesText } from './notices';

const ROWS = [
  { id: 1, name: 'Mail' },
  { id: 12, name: '钉钉' },
];

it('names the notices of a workflow in its own order', () => {
  expect(noticesText('12, 1', ROWS)).toBe('钉钉 (12), Mail (1)');
});

it('leaves the id of a notice that is not there', () => {
  expect(noticesText('1,7', ROWS)).toBe('Mail (1), 7');
});

it('tells nothing where there is none', () => {
  expect(noticesText(' ,', ROWS)).toBe('');
});
