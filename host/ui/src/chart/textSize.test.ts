// Estimated sizes and line breaks.
import { expect, it } from 'vitest';
import { textWidth, wrapped } from './textSize';

const lines = { fontPx: 12, widthPx: 100, linesMax: 2 };

it('gives a Chinese character the room of about two Latin ones', () => {
  expect(textWidth('审批', 12)).toBeGreaterThan(24);
  expect(textWidth('审批', 12)).toBeLessThan(textWidth('approve', 12));
});

it('breaks at blanks, and within what has none', () => {
  expect(wrapped('Send back for more details', lines)).toEqual(['Send back for', 'more details']);
  expect(wrapped('人事部门处理中请稍候', lines)).toEqual(['人事部门处理中请', '稍候']);
  expect(wrapped('', lines)).toEqual([]);
});

it('does not break a time', () => {
  expect(wrapped('No answer · after\u00a02\u00a0d\u00a01\u00a0h', lines)).toEqual(['No answer ·', 'after\u00a02\u00a0d\u00a01\u00a0h']);
});

it('ends in an ellipsis what does not fit, and in good time', () => {
  const [, second] = wrapped(`{days} > 3 ${'and {days} < 100 '.repeat(2000)}`, lines);
  expect(second?.endsWith('…')).toBe(true);
  expect(textWidth(second ?? '', 12)).toBeLessThanOrEqual(100);
});
