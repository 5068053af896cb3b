// A plugin as /api/v2 shows it.
import type { PluginCard, PluginKind } from './PluginPicker';

export interface Injection {
  name: string;
  secret: string;
  prefix?: string;
}

export interface Origin {
  origin: string;
  methods?: string[];
  private?: boolean;
  headers?: Injection[];
}

/** Capability → scope, as grants and requests have it. */
export interface Scopes {
  secrets?: { names: string[] };
  kv?: Record<string, never>;
  'tickets-read'?: { scope: 'own' | 'workflow' | 'all' };
  'tickets-write'?: { fields: string[] | '*' };
  directory?: { scope: 'basic' | 'contact' };
  http?: { origins: Origin[] };
}

export type Capability = keyof Scopes;

export type VersionStatus = 'compiling' | 'needs_approval' | 'ready' | 'rejected' | 'retired';

export interface ManifestSetting {
  key: string;
  kind: 'text' | 'url' | 'integer' | 'boolean';
  required: boolean;
  default?: string;
  description: string;
}

/** What the author's manifest says; a plugin without one has null. */
export interface Manifest {
  capabilities?: { grant: Capability; reason: string }[];
  settings?: ManifestSetting[];
  licence?: string;
}

export interface Version {
  number: number;
  label: string;
  status: VersionStatus;
  reason?: string | null;
  is_active: boolean;
  kinds: PluginKind[];
  requested: Scopes;
  may: string[];
  withheld: Capability[];
  manifest: Manifest | null;
  report: { sha256?: string; size?: number; imports?: string[]; exports?: string[]; functions?: number; asks_for_more?: Capability[] };
  uploaded_by: string;
  uploaded_at: string;
  activated_at: string | null;
}

export interface Place {
  workflow: string;
  state: string;
}

export interface Breaker {
  open: boolean;
  failures?: number;
  until?: string | null;
  kind?: string;
}

export interface Plugin extends PluginCard {
  grants: Scopes;
  versions: Version[];
  used_by: { action_of_states: Place[]; participants_of_states: Place[]; conditions_of_workflows: string[]; notices: string[] };
  config: Record<string, string>;
  secrets: string[];
  breaker?: Breaker | null;
}

export interface Uploaded {
  plugin_id: number;
  name: string;
  version: number;
  status: VersionStatus;
  is_new: boolean;
}

export interface LogLine {
  level: string;
  source: string;
  message: string;
  fields: unknown;
}

export interface Call {
  id: number;
  version: number | null;
  kind: string;
  invocation: string;
  ticket_id: number | null;
  attempt: number;
  outcome: string;
  detail: string | null;
  queue_ms: number;
  wall_ms: number;
  cpu_ticks: number;
  peak_memory_bytes: number;
  host_calls: number;
  denied: number;
  logs_dropped: number;
  lines: number;
  at: string;
}
