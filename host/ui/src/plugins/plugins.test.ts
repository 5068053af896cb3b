// Headers as lines, words for every capability, limit and outcome, and what is sent of settings.
import { expect, it } from 'vitest';
import { settingsEntry } from './declared';
import { limitTexts } from './limitTexts';
import { outcomeTexts } from './outcomeTexts';
import { rightsTexts } from './rightsTexts';
import type { Scopes } from './types';
import { CAPABILITIES, headerLines, headersOf, sentences } from './words';

const requested: Scopes = {
  secrets: { names: ['A', 'B'] },
  kv: {},
  'tickets-read': { scope: 'all' },
  'tickets-write': { fields: '*' },
  directory: { scope: 'contact' },
  http: { origins: [{ origin: 'https://a.b', methods: ['GET'] }, { origin: 'https://c.d' }] },
};

it('headers are lines and come back as they were', () => {
  const headers = [{ name: 'authorization', secret: 'T', prefix: 'Bearer ' }, { name: 'x-key', secret: 'K' }];
  expect(headersOf(headerLines(headers))).toEqual(headers);
  expect(headersOf('')).toEqual([]);
  expect(headersOf('no colon')).toBeNull();
  expect(headersOf('name:')).toBeNull();
});

it('every capability has words in both languages', () => {
  for (const { words } of [rightsTexts.en, rightsTexts.zh]) {
    expect(CAPABILITIES.flatMap((capability) => sentences(capability, requested, words)).filter(Boolean)).toHaveLength(7);
    expect(CAPABILITIES.flatMap((capability) => sentences(capability, {}, words))).toEqual([]);
  }
});

it('every limit and every outcome has words in both languages', () => {
  expect(Object.keys(limitTexts.zh.names)).toEqual(Object.keys(limitTexts.en.names));
  expect(Object.keys(outcomeTexts.zh)).toEqual(Object.keys(outcomeTexts.en));
});

it('empty settings are not sent', () => {
  expect(settingsEntry({ a: 'x', b: '', c: undefined, d: null })).toEqual({ a: 'x' });
});
