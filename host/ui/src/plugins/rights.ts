// What the rights' form holds, and the decision that it makes: capability → scope, or null for what is refused.
import type { Capability, Origin, Plugin, Scopes } from './types';
import { CAPABILITIES, headerLines, headersOf } from './words';

export interface RightsEntry {
  granted?: Partial<Record<Capability, boolean>>;
  read?: string;
  directory?: string;
  secrets?: string[];
  /** Keys of fields, or `*`. */
  write?: string[];
  http?: { granted?: boolean; methods?: string[]; private?: boolean; headers?: string }[];
}

/** Each includes the ones before it. */
export const READ_SCOPES = ['own', 'workflow', 'all'];
export const DIRECTORY_SCOPES = ['basic', 'contact'];

/** In a list: everything of its kind. */
export const ALL = '*';

export function fieldsOf(scopes: Scopes): string[] {
  const fields = scopes['tickets-write']?.fields ?? [];
  return fields === ALL ? [ALL] : fields;
}

/** No methods are all of them. */
export function methodsOf(origin: Origin | undefined): string[] {
  return origin?.methods?.length ? origin.methods : [ALL];
}

/** The grant that a request for an origin falls under: one for itself, or for all names below a suffix. */
export function grantOf(asked: Origin, grants: Scopes): Origin | undefined {
  const fitting = (grants.http?.origins ?? []).filter((given) => {
    const [start, end] = given.origin.split('*');
    const covers = end !== undefined && asked.origin.startsWith(start ?? '') && asked.origin.endsWith(end);
    return (covers || given.origin === asked.origin) && both(methodsOf(asked), methodsOf(given)).length > 0;
  });
  return fitting.find((given) => given.origin === asked.origin) ?? fitting[0];
}

/** Whether nothing has been decided about the plugin yet. */
export function isUndecided({ grants, versions }: Pick<Plugin, 'grants' | 'versions'>): boolean {
  const open = versions.every((one) => one.status === 'compiling' || one.status === 'needs_approval');
  return open && Object.keys(grants).length === 0;
}

/**
 * What the form begins with. A grant counts at once for the version that is active, so it never begins wider than it is: what is granted
 * keeps its scope, and what is not begins refused. Only the first decision about a plugin begins with everything that is asked for.
 */
export function entryOf(requested: Scopes, grants: Scopes, isFirst: boolean): RightsEntry {
  const present = isFirst ? requested : grants;
  const secrets = (requested.secrets?.names ?? []).filter((name) => present.secrets?.names.includes(name));
  const origins = (requested.http?.origins ?? []).map((asked) => {
    const given = grantOf(asked, grants);
    return { asked, given, isGranted: isFirst || given !== undefined };
  });
  const hasOrigin = origins.some((one) => one.isGranted);
  const granted: RightsEntry['granted'] = {};
  for (const capability of CAPABILITIES) {
    if (requested[capability]) granted[capability] = present[capability] !== undefined;
  }
  if (requested.secrets) granted.secrets = secrets.length > 0;
  if (requested.http) granted.http = hasOrigin;
  return {
    granted,
    read: least(READ_SCOPES, requested['tickets-read']?.scope, present['tickets-read']?.scope),
    directory: least(DIRECTORY_SCOPES, requested.directory?.scope, present.directory?.scope),
    secrets: secrets.length > 0 ? secrets : requested.secrets?.names,
    write: present['tickets-write'] ? both(fieldsOf(requested), fieldsOf(present)) : fieldsOf(requested),
    http: origins.map(({ asked, given, isGranted }) => ({
      // below a refusal everything is ticked, so that to grant it is one click
      granted: isGranted || !hasOrigin,
      methods: both(methodsOf(asked), methodsOf(given)),
      private: given?.private ?? false,
      headers: headerLines(given?.headers),
    })),
  };
}

/** What stays granted as it is is not named: an older version may be granted more than this one asks for. */
export function decisionOf(requested: Scopes, grants: Scopes, entry: RightsEntry): Record<string, unknown> {
  const present = entryOf(requested, grants, false);
  const decision: Record<string, unknown> = {};
  for (const capability of CAPABILITIES) {
    if (!requested[capability]) continue;
    const scope = scopeOf(capability, requested, entry);
    const stays = JSON.stringify(scope) === JSON.stringify(scopeOf(capability, requested, present));
    if (!stays || !grants[capability]) decision[capability] = scope;
  }
  return decision;
}

/** Single origins, secrets and fields that a decision takes back, since the version does not ask for them; the active one may need them. */
export function takenBack(grants: Scopes, decision: Record<string, unknown>): string[] {
  const after = decision as Record<Capability, Scopes[Capability] | null | undefined> & Scopes;
  const gone = (capability: Capability, before: string[], now: string[]) => (after[capability] === undefined || now.includes(ALL) ? [] : before.filter((one) => !now.includes(one)));
  return [
    ...gone('http', (grants.http?.origins ?? []).map((one) => one.origin), (after.http?.origins ?? []).map((one) => one.origin)),
    ...gone('secrets', grants.secrets?.names ?? [], after.secrets?.names ?? []),
    ...gone('tickets-write', grants['tickets-write'] ? fieldsOf(grants) : [], after['tickets-write'] ? fieldsOf(after) : []),
  ];
}

/** The granted part of a request; null when nothing is left of it. What the form has no choice for is granted as it was asked for. */
function scopeOf(capability: Capability, requested: Scopes, entry: RightsEntry): unknown {
  if (entry.granted?.[capability] !== true) return null;
  switch (capability) {
    case 'tickets-read':
      return { scope: entry.read ?? requested['tickets-read']?.scope };
    case 'directory':
      return { scope: entry.directory ?? requested.directory?.scope };
    case 'secrets': {
      const names = entry.secrets ?? requested.secrets?.names ?? [];
      return names.length > 0 ? { names } : null;
    }
    case 'tickets-write': {
      const fields = entry.write ?? fieldsOf(requested);
      return { fields: fields.includes(ALL) ? ALL : fields };
    }
    case 'http': {
      const origins = (requested.http?.origins ?? []).flatMap((asked, index) => originOf(asked, entry.http?.[index]));
      return origins.length > 0 ? { origins } : null;
    }
    case 'kv':
      return {};
  }
}

function originOf(asked: Origin, part: NonNullable<RightsEntry['http']>[number] | undefined): Origin[] {
  const methods = part?.methods ?? methodsOf(asked);
  // a list without methods would be all of them
  if (part?.granted !== true || methods.length === 0) return [];
  const headers = headersOf(part.headers ?? '') ?? [];
  return [
    {
      origin: asked.origin,
      ...(methods.includes(ALL) ? {} : { methods }),
      ...(part.private ? { private: true } : {}),
      ...(headers.length > 0 ? { headers } : {}),
    },
  ];
}

/** What is in both lists, either of which may be everything. */
function both(some: string[], others: string[]): string[] {
  if (some.includes(ALL)) return others;
  return others.includes(ALL) ? some : some.filter((one) => others.includes(one));
}

/** The narrower of two scopes, or the first where there is no second. */
function least(scopes: string[], asked: string | undefined, given: string | undefined): string | undefined {
  if (asked === undefined || given === undefined) return asked;
  return scopes[Math.min(scopes.indexOf(asked), scopes.indexOf(given))];
}
