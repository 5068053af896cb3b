// The decision about a plugin's rights: how its form begins, and what becomes of it. Nothing may be granted that nobody chose to grant.
import { expect, it } from 'vitest';
import { decisionOf, entryOf, isUndecided, takenBack } from './rights';
import type { Scopes, Version, VersionStatus } from './types';

const requested: Scopes = {
  secrets: { names: ['A', 'B'] },
  kv: {},
  'tickets-read': { scope: 'all' },
  'tickets-write': { fields: '*' },
  directory: { scope: 'contact' },
  http: { origins: [{ origin: 'https://a.b', methods: ['GET'] }, { origin: 'https://c.d' }] },
};

/** What comes of approving at once what the form of a later version begins with. */
const unchanged = (asked: Scopes, grants: Scopes) => decisionOf(asked, grants, entryOf(asked, grants, false));

it('the first decision begins with everything, and granting it is the request', () => {
  expect(decisionOf(requested, {}, entryOf(requested, {}, true))).toEqual(requested);
});

it('a decision is the first while nothing is granted and no version was decided', () => {
  const versions = (...statuses: VersionStatus[]) => statuses.map((status) => ({ status }) as Version);
  expect(isUndecided({ grants: {}, versions: versions('needs_approval', 'compiling') })).toBe(true);
  for (const status of ['ready', 'rejected', 'retired'] as const) {
    expect(isUndecided({ grants: {}, versions: versions('needs_approval', status) })).toBe(false);
  }
  expect(isUndecided({ grants: { kv: {} }, versions: versions('needs_approval') })).toBe(false);
});

it('a later version does not undo what was refused or narrowed before', () => {
  const asked: Scopes = { secrets: { names: ['A'] }, 'tickets-read': { scope: 'all' }, directory: { scope: 'contact' } };
  const grants: Scopes = { 'tickets-read': { scope: 'own' } };
  const entry = entryOf(asked, grants, false);
  expect(entry.granted).toEqual({ secrets: false, 'tickets-read': true, directory: false });
  expect(entry.read).toBe('own');
  expect(unchanged(asked, grants)).toEqual({ secrets: null, directory: null });
});

it('what is new in a later version begins refused, and one click grants it as it was asked for', () => {
  const grants: Scopes = { 'tickets-read': { scope: 'all' }, secrets: { names: ['OLD'] }, http: { origins: [{ origin: 'https://x.y' }] } };
  const entry = entryOf(requested, grants, false);
  expect(entry.granted).toEqual({ secrets: false, kv: false, 'tickets-read': true, 'tickets-write': false, directory: false, http: false });
  const all = { secrets: true, kv: true, 'tickets-read': true, 'tickets-write': true, directory: true, http: true };
  const { 'tickets-read': _kept, ...rest } = requested;
  expect(decisionOf(requested, grants, { ...entry, granted: all })).toEqual(rest);
});

it('lists begin with the part that is granted', () => {
  const asked: Scopes = { secrets: { names: ['A', 'B'] }, 'tickets-write': { fields: ['a', 'b'] } };
  const entry = entryOf(asked, { secrets: { names: ['B', 'OLD'] }, 'tickets-write': { fields: ['a'] } }, false);
  expect([entry.secrets, entry.write]).toEqual([['B'], ['a']]);
});

it('what is granted in part stays so although everything is asked for', () => {
  const asked: Scopes = { 'tickets-write': { fields: '*' }, http: { origins: [{ origin: 'https://a.b' }] } };
  const grants: Scopes = { 'tickets-write': { fields: ['a'] }, http: { origins: [{ origin: 'https://a.b', methods: ['GET'] }] } };
  const entry = entryOf(asked, grants, false);
  expect([entry.write, entry.http?.[0]?.methods]).toEqual([['a'], ['GET']]);
  expect(unchanged(asked, grants)).toEqual({});
  const wider = decisionOf(asked, grants, { ...entry, write: ['*', 'a'], http: [{ granted: true, methods: ['*', 'GET'] }] });
  expect(wider).toEqual(asked);
});

it('methods that a later version asks for in addition begin unticked', () => {
  const asked: Scopes = { http: { origins: [{ origin: 'https://a.b', methods: ['GET', 'POST'] }] } };
  const grants: Scopes = { http: { origins: [{ origin: 'https://a.b', methods: ['GET'] }] } };
  expect(entryOf(asked, grants, false).http?.[0]).toMatchObject({ granted: true, methods: ['GET'] });
  expect(unchanged(asked, grants)).toEqual({});
});

it('an older version loses nothing that a later one does not ask for', () => {
  const asked: Scopes = { 'tickets-read': { scope: 'own' }, secrets: { names: ['A'] }, kv: {} };
  const grants: Scopes = { 'tickets-read': { scope: 'all' }, secrets: { names: ['A', 'OLD'] } };
  expect(unchanged(asked, grants)).toEqual({ kv: null });
});

it('a server below a granted suffix is granted', () => {
  const asked: Scopes = { http: { origins: [{ origin: 'https://x.a.b' }, { origin: 'https://a.b' }, { origin: 'http://x.a.b' }] } };
  const entry = entryOf(asked, { http: { origins: [{ origin: 'https://*.a.b' }] } }, false);
  expect(entry.http?.map((one) => one.granted)).toEqual([true, false, false]);
});

it('what is refused is null, and what was not asked for is not mentioned', () => {
  const asked: Scopes = { kv: {}, directory: { scope: 'basic' } };
  expect(decisionOf(asked, {}, { granted: { kv: true, directory: false, secrets: true } })).toEqual({ kv: {}, directory: null });
  expect(decisionOf(asked, { kv: {} }, {})).toEqual({ kv: null, directory: null });
});

it('a capability can be granted in part', () => {
  const entry = entryOf(requested, {}, true);
  const decision = decisionOf(requested, {}, {
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
  const http = [{ granted: true, methods: [] }, { granted: false }];
  expect(decisionOf(requested, {}, { ...entry, secrets: [], http })).toMatchObject({ secrets: null, http: null });
});

it('the form of a ready version shows what is granted', () => {
  const grants: Scopes = { 'tickets-read': { scope: 'own' }, http: { origins: [{ origin: 'https://a.b', private: true }] } };
  const entry = entryOf(requested, grants, false);
  expect(entry.granted).toEqual({ secrets: false, kv: false, 'tickets-read': true, 'tickets-write': false, directory: false, http: true });
  expect([entry.read, entry.http?.[0]?.private, entry.http?.[1]?.granted]).toEqual(['own', true, false]);
});

it('what a decision takes from the active version is told', () => {
  const asked: Scopes = { secrets: { names: ['NEW'] }, http: { origins: [{ origin: 'https://new' }] }, kv: {} };
  const grants: Scopes = { secrets: { names: ['OLD'] }, http: { origins: [{ origin: 'https://old' }] }, 'tickets-write': { fields: ['x'] } };
  const all = entryOf(asked, grants, true);
  expect(takenBack(grants, decisionOf(asked, grants, all))).toEqual(['https://old', 'OLD']);
  expect(takenBack(grants, unchanged({ kv: {} }, grants))).toEqual([]);
  expect(takenBack(grants, { secrets: null })).toEqual(['OLD']);
});
