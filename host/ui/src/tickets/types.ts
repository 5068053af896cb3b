// A ticket as /api/v2 shows it: the head of a list's row, and the whole of the detail.

export interface Named {
  id: number;
  name: string;
}

export interface Person {
  username: string;
  alias: string;
}

export interface Participants {
  kind: 'nobody' | 'person' | 'several' | 'department' | 'role' | 'script' | 'hook' | string;
  users?: string[];
  department_ids?: number[];
  role_id?: number;
  script_id?: number;
}

export type TicketStatus = 'ongoing' | 'ended' | 'closed';

export interface TicketRow {
  id: number;
  sn: string;
  title: string;
  workflow: Named;
  state: Named;
  status: TicketStatus;
  is_rejected: boolean;
  run_failed: boolean;
  creator: string;
  participants: Participants;
  in_add_node: boolean;
  parent_ticket_id: number | null;
  created_at: string;
  modified_at: string;
}

export type FieldKind =
  | 'string'
  | 'int'
  | 'float'
  | 'bool'
  | 'date'
  | 'datetime'
  | 'radio'
  | 'checkbox'
  | 'select'
  | 'multi_select'
  | 'text'
  | 'user'
  | 'users'
  | 'file';

export type FieldAccess = 'read_only' | 'required' | 'optional';

/** What a field needs to be shown and filled in. */
export interface FieldShape {
  key: string;
  name: string;
  kind: FieldKind;
  description?: string;
  choices?: Record<string, string>;
  boolean_display?: Record<string, string>;
  default_value?: unknown;
  template?: string;
}

export interface FormField extends FieldShape {
  source: 'base' | 'custom';
  access: FieldAccess;
  value: unknown;
  order_id: number;
}

export interface Job {
  id: number;
  kind: 'script' | 'hook' | 'timer' | 'children' | 'notice' | string;
  state: 'waiting' | 'running' | 'dead';
  ticket_id: number;
  visit: number;
  notice_id: number | null;
  transition_id: number | null;
  key: string;
  attempts: number;
  last_error: string | null;
  created_at: string;
  run_at: string;
  dead_at: string | null;
}

/** One stay of the ticket in a state, and how it was left. */
export interface PathStep {
  visit: number;
  state: Named;
  entered_at: string;
  left_at: string | null;
  transition: Named | null;
  intervention: string;
  actor: { kind: string; name: string } | null;
}

export interface TicketDetail extends TicketRow {
  version: number;
  visit: number;
  workflow_deleted: boolean;
  holders: Person[];
  related: Person[];
  add_nodes: { asked_by: string; back_to: Participants }[];
  everybody: (Person & { transition: Named | null })[];
  round: number;
  parent: { id: number; sn: string; title: string; state: Named; status: TicketStatus } | null;
  children: { id: number; sn: string; title: string; state: Named; status: TicketStatus }[];
  forms: { handler: FormField[]; viewer: FormField[] };
  values: Record<string, unknown>;
  transitions: (Named & { kind: string; attribute: string; destination: Named })[];
  states: (Named & { kind: string })[];
  jobs: Job[];
  path: PathStep[];
}

export interface Change {
  key: string;
  before: unknown;
  after: unknown;
}

export interface LogEntry {
  id: number;
  visit: number;
  state: Named;
  transition: (Named & { attribute: string }) | null;
  intervention: string;
  actor: { kind: string; name: string; alias: string };
  suggestion: string;
  created_at: string;
  snapshot: Record<string, unknown> | null;
  changes: Change[];
}
