// The decision about a plugin's rights, headers as lines, and words for every capability.
import { expect, it } from 'vitest';
import { settingsEntry } from './declared';
import { decisionOf, entryOf } from './rights';
import { pluginTexts } from './texts';
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

it('granting everything of a new request is the request', () => {
  expect(decisionOf(requested, entryOf(requested, {}, true))).toEqual(requested);
});

it('what is refused is null, and what was not asked for is not mentioned', () => {
  const asked: Scopes = { kv: {}, directory: { scope: 'basic' } };
  expect(decisionOf(asked, { granted: { kv: true, directory: false, secrets: true } })).toEqual({ kv: {}, directory: null });
  expect(decisionOf(asked, {})).toEqual({ kv: null, directory: null });
});

it('a capability can be granted in part', () => {
  const entry = entryOf(requested, {}, true);
  const decision = decisionOf(requested, {
    ...entry,
    read: 'own',
    directory: 'basic',
    secrets: ['B'],
    http: [{ granted: false }, { granted: true, private: true, headers: 'authorization: Bearer TOKEN' }],
  });
  expect(decision).toMatchObject({ 'tickets-read': { scope: 'own' }, directory: { scope: 'basic' }, secrets: { names: ['B'] } });
  expect(decision.http).toEqual({
    origins: [{ origin: 'https://c.d', private: true, headers: [{ name: 'authorization', secret: 'TOKEN', prefix: 'Bearer ' }] }],
  });
});

it('a part of which nothing is left is refused', () => {
  const entry = entryOf(requested, {}, true);
  expect(decisionOf(requested, { ...entry, secrets: [], http: [] })).toMatchObject({ secrets: null, http: null });
});

it('the form of a ready version shows what is granted', () => {
  const grants: Scopes = { 'tickets-read': { scope: 'own' }, http: { origins: [{ origin: 'https://a.b', private: true }] } };
  const entry = entryOf(requested, grants, false);
  expect(entry.granted).toEqual({ secrets: false, kv: false, 'tickets-read': true, 'tickets-write': false, directory: false, http: true });
  expect([entry.read, entry.http?.[0]?.private, entry.http?.[1]?.granted]).toEqual(['own', true, false]);
});

it('headers are lines and come back as they were', () => {
  const headers = [{ name: 'authorization', secret: 'T', prefix: 'Bearer ' }, { name: 'x-key', secret: 'K' }];
  expect(headersOf(headerLines(headers))).toEqual(headers);
  expect(headersOf('')).toEqual([]);
  expect(headersOf('no colon')).toBeNull();
  expect(headersOf('name:')).toBeNull();
});

it('every capability has words in both languages', () => {
  for (const { words } of [pluginTexts.en, pluginTexts.zh]) {
    expect(CAPABILITIES.flatMap((capability) => sentences(capability, requested, words)).filter(Boolean)).toHaveLength(7);
    expect(CAPABILITIES.flatMap((capability) => sentences(capability, {}, words))).toEqual([]);
  }
});

it('empty settings are not sent', () => {
  expect(settingsEntry({ a: 'x', b: '', c: undefined, d: null })).toEqual({ a: 'x' });
});
