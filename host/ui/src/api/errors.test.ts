// Which answers become which errors.
import { describe, expect, it } from 'vitest';
import { ApiError, errorOfEnvelope, errorOfProblem } from './errors';
import { queryText } from './client';
import { inEnglish } from './wording';
import { fieldErrors } from '../parts/fieldErrors';
import { ownPath } from '../login/ownPath';

describe('the v1.0 envelope', () => {
  it('is no error with code 0, even with a text', () => {
    expect(errorOfEnvelope(200, { code: 0, data: [], msg: '用户当前无处理权限' })).toBeNull();
  });
  it('is an error with the text of msg for any other code', () => {
    const error = errorOfEnvelope(200, { code: -1, data: '', msg: '工作流不存在' });
    expect([error?.message, error?.status, error?.unauthenticated]).toEqual(['工作流不存在', 200, false]);
  });
  it('tells a lost session from its text', () => {
    expect(errorOfEnvelope(200, { code: -1, data: {}, msg: '权限校验失败：未提供appname' })?.unauthenticated).toBe(true);
    expect(errorOfEnvelope(200, { code: -1, data: {}, msg: '需要管理员登录' })?.unauthenticated).toBe(true);
  });
  it('names the status of what is no envelope', () => {
    expect(errorOfEnvelope(502, '<html>')?.message).toBe('HTTP 502');
    expect(errorOfEnvelope(500, null)?.message).toBe('HTTP 500');
  });
});

describe('a v2 problem', () => {
  it('says its detail, else its title, else the status', () => {
    expect(errorOfProblem(409, { title: 'Conflict', detail: 'in use' }).message).toBe('in use');
    expect(errorOfProblem(409, { title: 'Conflict' }).message).toBe('Conflict');
    expect(errorOfProblem(503, undefined).message).toBe('HTTP 503');
  });
  it('keeps the places of its errors', () => {
    const error = errorOfProblem(422, { detail: 'no', errors: [{ pointer: '/new_password', detail: 'too short' }] });
    expect(fieldErrors(error, [['current_password'], ['new_password']])).toEqual([{ name: ['new_password'], message: 'too short', inChinese: null }]);
  });
  it('belongs to the innermost field on the way to its place', () => {
    const at = (pointer: string) => fieldErrors(errorOfProblem(409, { errors: [{ pointer, detail: 'no', detail_zh: '不' }] }), [['fields'], ['fields', 'a/b'], ['reason']]);
    expect(at('/fields/a~1b')).toEqual([{ name: ['fields', 'a/b'], message: 'no', inChinese: '不' }]);
    expect(at('/fields/days/0')).toEqual([{ name: ['fields'], message: 'no', inChinese: '不' }]);
    expect(at('/state_id')).toEqual([]);
  });
});

describe('the place of a complaint', () => {
  const place = (text: string, places = {}) => fieldErrors(new ApiError(text, 200), [['name'], ['username'], ['password'], ['set', 'name']], places)[0]?.name.join();
  it('is the field whose key the text names as a word', () => {
    expect(place('username不合法')).toBe('username');
    expect(place('请提供name')).toBe('name');
    expect(place('app_name不合法')).toBeUndefined();
  });
  it('is found by a word where the text names no key', () => {
    expect(place('密码至少12个字符', { 密码: 'password' })).toBe('password');
    expect(place('工作流不存在', { 密码: 'password' })).toBeUndefined();
  });
});

it('English readers get the texts that are known in English, and others as they came', () => {
  expect(inEnglish('密码至少12个字符')).toBe('The password needs at least 12 characters');
  expect(inEnglish('用户名已存在: lisi')).toBe('A user is already called lisi');
  expect(inEnglish('有12个未结束的工单正在使用(a、b等)，不能删除；确需删除请带参数force=1')).toBe('At least 12 open tickets use it (a、b). ');
  expect(inEnglish('某种新的说法')).toBe('某种新的说法');
});

it('a query has no empty entries', () => {
  expect(queryText({ a: 1, b: '', c: undefined, d: null, e: false, 'field.x': '甲' })).toBe('a=1&e=false&field.x=%E7%94%B2');
});

it('login leads to this console alone', () => {
  expect(ownPath('/tickets?sn=1')).toBe('/tickets?sn=1');
  for (const other of [null, '', 'https://evil', '//evil', '/\\evil', '/login?next=/login']) expect(ownPath(other)).toBe('/');
});
