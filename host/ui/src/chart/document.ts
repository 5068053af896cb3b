// The document of a whole workflow as /api/v2 reads and writes it, and the problems that its check finds.
// Parts name each other by `key`; a part that is stored has an `id` too. Nothing here knows how any of it is shown.

export const STATE_KINDS = ['normal', 'start', 'end'] as const;
export const PARTICIPANT_KINDS = [
  'nobody',
  'person',
  'several',
  'department',
  'role',
  'variable',
  'field',
  'parent_field',
  'script',
  'hook',
  'plugin',
  'everybody',
] as const;
export const DISTRIBUTIONS = ['accept', 'direct', 'random', 'everybody'] as const;
export const ACCESSES = ['read_only', 'required', 'optional'] as const;
export const TRANSITION_KINDS = ['normal', 'timer'] as const;
export const ATTRIBUTES = ['agree', 'refuse', 'other'] as const;
export const FIELD_KINDS = [
  'string',
  'int',
  'float',
  'bool',
  'date',
  'datetime',
  'radio',
  'checkbox',
  'select',
  'multi_select',
  'text',
  'user',
  'users',
  'file',
] as const;

export type StateKind = (typeof STATE_KINDS)[number];
export type ParticipantKind = (typeof PARTICIPANT_KINDS)[number];
export type Distribution = (typeof DISTRIBUTIONS)[number];
export type Access = (typeof ACCESSES)[number];
export type TransitionKind = (typeof TRANSITION_KINDS)[number];
export type Attribute = (typeof ATTRIBUTES)[number];
export type FieldKind = (typeof FIELD_KINDS)[number];
export type Json = null | boolean | number | string | Json[] | JsonObject;
export type JsonObject = { [key: string]: Json };

/** `value` is a text whose meaning depends on the kind (a name, ids with commas, a field's key), and an object for a hook. */
export interface Participant {
  kind: ParticipantKind;
  value: string | JsonObject;
}

export interface State {
  id?: number;
  key: string;
  name: string;
  kind: StateKind;
  order_id: number;
  is_hidden: boolean;
  sub_workflow_id: number;
  remember_last_handler: boolean;
  participant: Participant;
  distribution: Distribution;
  field_access: Record<string, Access>;
  label: JsonObject;
  plugin_args: Json;
  /** Its middle in the chart; without one it stands where the layout puts it. */
  position?: { x: number; y: number };
}

export interface Condition {
  expression: string;
  target: string | null;
}

export interface Transition {
  id?: number;
  key: string;
  name: string;
  kind: TransitionKind;
  timer_seconds: number;
  source: string | null;
  destination: string | null;
  conditions: Condition[];
  /** Stored text that is no list of conditions; it must be replaced before the document can be saved. */
  broken_conditions?: string;
  attribute: Attribute;
  field_require_check: boolean;
  alert_enable: boolean;
  alert_text: string;
}

export interface Field {
  id?: number;
  key: string;
  name: string;
  kind: FieldKind;
  order_id: number;
  default_value: string | null;
  description: string;
  template: string;
  boolean_display: JsonObject;
  choices: JsonObject;
  label: JsonObject;
}

export interface Settings {
  name: string;
  description: string;
  /** Comma-separated ids of custom notices. */
  notices: string;
  view_permission_check: boolean;
  limit_expression: JsonObject;
  display_form: string[];
  condition_plugin: string;
}

export interface WorkflowDocument extends Settings {
  format: number;
  id?: number;
  revision?: number;
  modified_by?: string;
  modified_at?: string;
  states: State[];
  transitions: Transition[];
  fields: Field[];
}

export type PartName = 'workflow' | 'state' | 'transition' | 'field';

/** One finding. `key` or `id` says which part; `pointer` (RFC 6901) which member of the document that was checked. */
export interface Problem {
  level: 'error' | 'warning';
  code: string;
  place: { part: PartName; key?: string; id?: number; pointer?: string };
  message: string;
  /** For a condition: its place in the list and the characters before the mistake, both from 0. */
  expression?: { condition: number; column: number };
}
