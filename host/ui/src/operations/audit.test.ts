// Words for what the audit holds.
import { expect, it } from 'vitest';
import { actionText, ACTS, auditTexts } from './auditTexts';

it('every subject and every act has words in both languages, and no word is for nothing', () => {
  for (const { subjects, acts } of [auditTexts.en, auditTexts.zh]) {
    expect(Object.keys(subjects).sort()).toEqual(Object.keys(ACTS).sort());
    expect(Object.keys(acts).sort()).toEqual([...new Set(Object.values(ACTS).flat())].sort());
  }
});

it('an action is told by its act, and an unknown one as it came', () => {
  expect(actionText('plugin.retire_version', auditTexts.zh.acts)).toBe('停用版本');
  expect(actionText('user.log_in', auditTexts.en.acts)).toBe('Signed in');
  expect(actionText('moon.land', auditTexts.zh.acts)).toBe('moon.land');
});
