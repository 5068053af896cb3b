// What is sent of a form whose values somebody else may have changed since it was opened.
import { expect, it } from 'vitest';
import { settingsEntry } from './declared';
import { merged, mergedGroups } from './merged';

const opened = { url: 'https://a.b', retries: '3', note: 'x' };

it('saving one setting keeps what another administrator changed, added and removed since', () => {
  const present = { url: 'https://new', retries: '3', added: '1' };
  expect(settingsEntry(merged(opened, { ...opened, retries: '5' }, present))).toEqual({ url: 'https://new', retries: '5', added: '1' });
});

it('a setting that was emptied or added here is emptied or added there', () => {
  expect(settingsEntry(merged(opened, { ...opened, note: '', mine: 'y' }, opened))).toEqual({ url: 'https://a.b', retries: '3', mine: 'y' });
});

it('what was changed here counts, also where somebody else changed the same', () => {
  expect(merged(opened, { ...opened, url: 'https://mine' }, { ...opened, url: 'https://theirs' }).url).toBe('https://mine');
});

it('what is set no more is told to the form, which would keep showing it otherwise', () => {
  expect(merged(opened, opened, { url: 'https://a.b' })).toEqual({ url: 'https://a.b', retries: null, note: null });
});

it('limits are merged kind by kind, and a kind that the plugin is no more is not sent', () => {
  const loaded = { action: { cpu_ms: 100, calls: 2 }, notice: { calls: 1 } };
  const typed = { action: { cpu_ms: 50, calls: null }, notice: { calls: 1 } };
  const present = { action: { cpu_ms: 100, calls: 2, failures: 4 } };
  expect(mergedGroups<number>(loaded, typed, present)).toEqual({ action: { cpu_ms: 50, calls: null, failures: 4 } });
});
