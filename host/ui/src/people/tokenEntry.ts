// An app token as its form holds it, and as the server is sent it: v1.0 takes comma lists where the list of v2 gives lists.

export interface TokenEntry {
  app_name: string;
  ticket_sn_prefix: string;
  workflow_ids: number[];
  trusted: boolean;
  may_configure: boolean;
  may_admin: boolean;
  allow_cidrs: string[];
  allow_users: string[];
  min_signature_version: number;
  replay_check: boolean;
  rate_per_minute: number;
  rotate?: boolean;
  former_token_hours?: number | null;
}

export const BLANK: Partial<TokenEntry> = {
  ticket_sn_prefix: 'loonflow',
  workflow_ids: [],
  trusted: false,
  may_configure: false,
  may_admin: false,
  allow_cidrs: [],
  allow_users: [],
  min_signature_version: 1,
  replay_check: false,
  rate_per_minute: 0,
};

/** The last two are acts, not properties: undefined when they are not asked for. */
export function sent(entry: TokenEntry) {
  return {
    ...entry,
    workflow_ids: entry.workflow_ids.join(','),
    allow_cidrs: entry.allow_cidrs.join(','),
    allow_users: entry.allow_users.join(','),
    rotate: entry.rotate || undefined,
    former_token_hours: entry.former_token_hours ?? undefined,
  };
}
