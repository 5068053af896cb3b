// A plugin as /api/v2 shows it.
import type { Schema } from '../api/types';

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

/** The members that the document leaves open, as the console reads them. */
export type Version = Omit<Schema['PluginVersion'], 'status' | 'reason' | 'requested' | 'withheld' | 'manifest' | 'report'> & {
  status: VersionStatus;
  reason?: string | null;
  requested: Scopes;
  withheld: Capability[];
  manifest: Manifest | null;
  report: { sha256?: string; size?: number; imports?: string[]; exports?: string[]; functions?: number; asks_for_more?: Capability[] };
};

export interface Breaker {
  open: boolean;
  failures?: number;
  until?: string | null;
  kind?: string;
}

export type Plugin = Omit<Schema['PluginView'], 'grants' | 'versions'> & {
  grants: Scopes;
  versions: Version[];
  breaker?: Breaker | null;
};

export type Uploaded = Schema['UploadedPlugin'];
export type LogLine = Schema['LogLine'];
export type Call = Schema['PluginCall'];
