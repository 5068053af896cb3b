// Capabilities in plain words, in the reader's language; what a line means stands in the server's own list of them.
import type { rightsTexts } from './rightsTexts';
import type { Capability, Origin, Scopes } from './types';

type Words = (typeof rightsTexts)['en']['words'];

export const CAPABILITIES: Capability[] = ['tickets-read', 'tickets-write', 'directory', 'http', 'secrets', 'kv'];

/** The sentences of one capability with its scope; none if it is not there. */
export function sentences(capability: Capability, scopes: Scopes, words: Words): string[] {
  switch (capability) {
    case 'secrets':
      return scopes.secrets ? [words.secrets(scopes.secrets.names.join(', '))] : [];
    case 'kv':
      return scopes.kv ? [words.kv] : [];
    case 'tickets-read': {
      const scope = scopes['tickets-read']?.scope;
      return scope ? [{ own: words.readOwn, workflow: words.readWorkflow, all: words.readAll }[scope]] : [];
    }
    case 'tickets-write': {
      const fields = scopes['tickets-write']?.fields;
      if (fields === undefined) return [];
      if (fields === '*') return [words.writeAll];
      return [fields.length === 0 ? words.comment : words.writeSome(fields.join(', '))];
    }
    case 'directory': {
      const scope = scopes.directory?.scope;
      return scope ? [scope === 'basic' ? words.basic : words.contact] : [];
    }
    case 'http':
      return (scopes.http?.origins ?? []).map((origin) => requests(origin, words));
  }
}

function requests(origin: Origin, words: Words): string {
  const methods = origin.methods?.length ? origin.methods.join(', ') : words.anyMethod;
  const place = origin.origin.startsWith('setting:') ? words.setting(origin.origin.slice('setting:'.length)) : origin.origin;
  const headers = (origin.headers ?? []).map((one) => words.header(one.name, one.secret)).join('');
  return words.http(methods, place) + (origin.private ? words.private : '') + headers;
}

/** Headers as lines of `name: SECRET` or `name: prefix SECRET`. */
export function headerLines(headers: Origin['headers']): string {
  return (headers ?? []).map((one) => `${one.name}: ${one.prefix ?? ''}${one.secret}`).join('\n');
}

/** The headers of such lines, or null when one of them cannot be read. The prefix keeps its space. */
export function headersOf(text: string): NonNullable<Origin['headers']> | null {
  const headers = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const read = /^\s*([A-Za-z0-9-]+)\s*:\s*(.*?)(\S+)\s*$/.exec(line);
    if (!read?.[1] || !read[3]) return null;
    const prefix = read[2] ?? '';
    headers.push({ name: read[1].toLowerCase(), secret: read[3], ...(prefix === '' ? {} : { prefix }) });
  }
  return headers;
}

/** `1.2 MiB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1 << 20) return `${(bytes / 1024).toFixed(1)} KiB`;
  return `${(bytes / (1 << 20)).toFixed(1)} MiB`;
}
