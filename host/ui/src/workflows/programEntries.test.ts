// What the forms of run scripts and notices send.
import type { UploadFile } from 'antd';
import { expect, it } from 'vitest';
import { changesOf } from '../parts/changesOf';
import { formOf, noticeEntry, scriptEntry, sentNotice, sentScript, type NoticeEntry, type ScriptEntry } from './programEntries';
import type { Notice, RunScript } from './types';

const script = { id: 1, name: 'register', description: null, saved_name: 'a.wasm', is_active: false } as RunScript;
const hook = { id: 2, name: 'tell', description: null, title_template: null, content_template: 'x', type_id: 2, hook_url: 'https://a.b' } as Notice;
const plugin: Notice = { ...hook, type_id: 1 };

const file = new File(['x'], 'x.wasm');
const chosen = [{ originFileObj: file }] as unknown as UploadFile[];

function scriptChanges(edit: Partial<ScriptEntry>) {
  const entry = scriptEntry(script);
  return changesOf(sentScript(entry), sentScript({ ...entry, ...edit }));
}

function noticeChanges(notice: Notice, edit: Partial<NoticeEntry>) {
  const entry = noticeEntry(notice);
  return changesOf(sentNotice(entry), sentNotice({ ...entry, ...edit }));
}

it('what nobody changed has nothing to send, texts that were never set too', () => {
  expect(scriptChanges({})).toBeNull();
  expect(noticeChanges(hook, {})).toBeNull();
  expect(noticeChanges(plugin, {})).toBeNull();
});

it('a new name does not put a script back into use or out of it', () => {
  expect(scriptChanges({ script_name: 'enter' })).toEqual({ script_name: 'enter' });
  expect(scriptChanges({ is_active: true })).toEqual({ is_active: '1' });
});

it('another program is a change by itself, and a file goes before a name', () => {
  expect(scriptChanges({ plugin: 'leave-note' })).toEqual({ plugin: 'leave-note' });
  expect(scriptChanges({ plugin: '' })).toBeNull();
  expect(scriptChanges({ plugin: 'leave-note', file: chosen })).toEqual({ file });
  expect(noticeChanges(plugin, { plugin: 'mail' })).toEqual({ plugin: 'mail' });
});

it('a webhook’s token is kept unless a new one is typed', () => {
  expect(noticeChanges(hook, { hook_token: '' })).toBeNull();
  expect(noticeChanges(hook, { hook_token: 'secret' })).toEqual({ hook_token: 'secret' });
  expect(noticeChanges(hook, { content_template: '' })).toEqual({ content_template: '' });
});

it('the other way of telling people is sent with all that it needs, and with nothing of the former way', () => {
  expect(noticeChanges(plugin, { type_id: 2, hook_token: 'secret', plugin: 'mail' })).toEqual({
    type_id: '2',
    hook_url: 'https://a.b',
    hook_token: 'secret',
  });
  expect(noticeChanges(hook, { type_id: 1, plugin: 'mail', hook_token: 'secret' })).toEqual({ type_id: '1', plugin: 'mail' });
});

it('an upload form has the parts that are there', () => {
  const form = formOf({ script_name: 'register', plugin: undefined, file });
  expect([...form.keys()]).toEqual(['script_name', 'file']);
  expect((form.get('file') as File).name).toBe('x.wasm');
});
