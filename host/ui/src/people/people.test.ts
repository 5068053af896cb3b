// What the forms of departments and app tokens send.
import { expect, it } from 'vitest';
import { changesOf } from '../parts/changesOf';
import type { AppToken } from './AppTokensPage';
import * as departments from './departmentEntry';
import * as tokens from './tokenEntry';
import type { Department } from './types';

const department = { id: 2, name: 'it', parent_dept_id: 0, leader: '', approver: 'admin,ghost', label: '', gmt_created: '' } as Department;

function departmentChanges(edit: Partial<departments.DepartmentEntry>) {
  const entry = departments.entryOf(department);
  return changesOf(departments.sent(entry), departments.sent({ ...entry, ...edit }));
}

it('a department that nobody changed has nothing to send, approvers or none', () => {
  expect(departmentChanges({})).toBeNull();
  expect(departments.entryOf({ ...department, approver: '' }).approver).toEqual([]);
});

it('of a department only what was changed is sent, its approvers between commas', () => {
  expect(departmentChanges({ label: '{}' })).toEqual({ label: '{}' });
  expect(departmentChanges({ approver: ['admin'] })).toEqual({ approver: 'admin' });
  expect(departmentChanges({ approver: [] })).toEqual({ approver: '' });
  expect(departmentChanges({ parent_dept_id: 1 })).toEqual({ parent_dept_id: 1 });
});

const token = {
  id: 5,
  app_name: 'oa',
  ticket_sn_prefix: 'oa',
  workflow_ids: [1, 2],
  trusted: false,
  may_configure: false,
  may_admin: true,
  allow_cidrs: [],
  allow_users: ['lisi'],
  min_signature_version: 1,
  replay_check: false,
  rate_per_minute: 60,
  has_token: true,
} as unknown as AppToken;

function tokenChanges(edit: Partial<tokens.TokenEntry>) {
  return changesOf(tokens.sent(token), tokens.sent({ ...token, ...edit }));
}

it('an app token that nobody changed has nothing to send, whatever else its row tells', () => {
  expect(tokenChanges({})).toBeNull();
  expect(tokenChanges({ rotate: false, former_token_hours: null })).toBeNull();
});

it('of an app token only what was changed is sent, its lists between commas', () => {
  expect(tokenChanges({ rate_per_minute: 0 })).toEqual({ rate_per_minute: 0 });
  expect(tokenChanges({ workflow_ids: [2], allow_users: [] })).toEqual({ workflow_ids: '2', allow_users: '' });
  expect(tokenChanges({ allow_cidrs: ['10.0.0.0/8', '::1'] })).toEqual({ allow_cidrs: '10.0.0.0/8,::1' });
});

it('a token is renewed without a word of its rights', () => {
  expect(tokenChanges({ rotate: true, former_token_hours: 0 })).toEqual({ rotate: true, former_token_hours: 0 });
});
