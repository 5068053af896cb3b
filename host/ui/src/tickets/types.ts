// Tickets as the server's document describes them, by the names that the console uses.
import type { Schema } from '../api/types';

export type Named = Schema['Reference'];
export type Participants = Schema['ParticipantsView'];
export type TicketRow = Schema['TicketHead'];
export type TicketStatus = TicketRow['status'];
export type TicketDetail = Schema['TicketView'];
export type FormField = Schema['FormFieldView'];
export type FieldKind = FormField['kind'];
export type FieldAccess = FormField['access'];
export type Job = Schema['JobView'];
export type LogEntry = Schema['LogView'];
export type Change = Schema['ChangedMember'];

/** What a field needs to be shown and filled in; both a form's fields and a definition's have it. */
export interface FieldShape {
  key: string;
  name: string;
  kind: FieldKind;
  description?: string;
  choices?: Record<string, unknown>;
  boolean_display?: Record<string, unknown>;
  template?: string;
}
