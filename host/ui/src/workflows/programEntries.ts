// Run scripts and notices as their forms hold them, and as the old upload calls are sent them: a form of texts, and the program if one
// was chosen. Which one they run is not in their lists, so a chosen program is always a change.
import type { UploadFile } from 'antd';
import type { Notice, RunScript } from './types';

interface Program {
  plugin?: string;
  file?: UploadFile[];
}

export interface ScriptEntry extends Program {
  script_name: string;
  script_desc: string;
  is_active: boolean;
}

export interface NoticeEntry extends Program {
  notice_name: string;
  notice_desc: string;
  title_template: string;
  content_template: string;
  type_id: 1 | 2;
  hook_url?: string;
  hook_token?: string;
}

export function scriptEntry(script: RunScript): ScriptEntry {
  return { script_name: script.name, script_desc: script.description ?? '', is_active: script.is_active };
}

export function noticeEntry(notice: Notice): NoticeEntry {
  return {
    notice_name: notice.name,
    notice_desc: notice.description ?? '',
    title_template: notice.title_template ?? '',
    content_template: notice.content_template ?? '',
    type_id: notice.type_id,
    hook_url: notice.hook_url,
  };
}

export function sentScript({ script_name, script_desc, is_active, ...program }: ScriptEntry) {
  return { script_name, script_desc, is_active: is_active ? '1' : '0', ...sentProgram(program) };
}

/** Of the two ways to tell people only the chosen one is sent. */
export function sentNotice({ type_id, hook_url, hook_token, plugin, file, ...texts }: NoticeEntry) {
  const way = type_id === 2 ? { hook_url, hook_token: hook_token || undefined } : sentProgram({ plugin, file });
  return { ...texts, type_id: String(type_id), ...way };
}

/** A file goes before a name. */
function sentProgram({ plugin, file }: Program): { plugin?: string; file?: File } {
  const chosen = file?.[0]?.originFileObj;
  return chosen ? { file: chosen } : { plugin: plugin || undefined };
}

export function formOf(parts: Record<string, string | File | undefined>): FormData {
  const form = new FormData();
  for (const [name, part] of Object.entries(parts)) {
    if (part !== undefined) form.set(name, part);
  }
  return form;
}
