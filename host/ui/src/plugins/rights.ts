// What the rights' form holds, and the decision that it makes: capability → scope, or null for what is refused.
import type { Capability, Scopes } from './types';
import { CAPABILITIES, headerLines, headersOf } from './words';

export interface RightsEntry {
  granted?: Partial<Record<Capability, boolean>>;
  read?: string;
  directory?: string;
  secrets?: string[];
  write?: string[];
  http?: { granted?: boolean; private?: boolean; headers?: string }[];
}

/** Before a decision everything asked for stands at "grant" in a new request; afterwards the form shows what is granted. */
export function entryOf(requested: Scopes, grants: Scopes, isNew: boolean): RightsEntry {
  const granted: RightsEntry['granted'] = {};
  for (const capability of CAPABILITIES) {
    if (requested[capability]) granted[capability] = isNew || grants[capability] !== undefined;
  }
  const fields = requested['tickets-write']?.fields;
  return {
    granted,
    read: (isNew ? undefined : grants['tickets-read']?.scope) ?? requested['tickets-read']?.scope,
    directory: (isNew ? undefined : grants.directory?.scope) ?? requested.directory?.scope,
    secrets: (isNew ? undefined : grants.secrets?.names) ?? requested.secrets?.names,
    write: Array.isArray(fields) ? fields : undefined,
    http: (requested.http?.origins ?? []).map((asked) => {
      const given = grants.http?.origins.find((one) => one.origin === asked.origin);
      return { granted: isNew || given !== undefined, private: given?.private ?? false, headers: headerLines(given?.headers) };
    }),
  };
}

export function decisionOf(requested: Scopes, entry: RightsEntry): Record<string, unknown> {
  const decision: Record<string, unknown> = {};
  for (const capability of CAPABILITIES) {
    if (!requested[capability]) continue;
    decision[capability] = entry.granted?.[capability] === true ? scopeOf(capability, requested, entry) : null;
  }
  return decision;
}

/** The granted part of a request; null when nothing is left of it. */
function scopeOf(capability: Capability, requested: Scopes, entry: RightsEntry): unknown {
  switch (capability) {
    case 'tickets-read':
      return { scope: entry.read ?? requested['tickets-read']?.scope };
    case 'directory':
      return { scope: entry.directory ?? requested.directory?.scope };
    case 'secrets': {
      const names = entry.secrets ?? requested.secrets?.names ?? [];
      return names.length > 0 ? { names } : null;
    }
    case 'tickets-write':
      return { fields: entry.write ?? requested['tickets-write']?.fields };
    case 'http': {
      const origins = (requested.http?.origins ?? []).flatMap((asked, index) => {
        const part = entry.http?.[index];
        if (part?.granted !== true) return [];
        const headers = headersOf(part.headers ?? '') ?? [];
        return [{ ...asked, ...(part.private ? { private: true } : {}), ...(headers.length > 0 ? { headers } : {}) }];
      });
      return origins.length > 0 ? { origins } : null;
    }
    case 'kv':
      return {};
  }
}
