// Which fields a dry run is filled in with: those of the start's form, and apart from them those that a form on the way asks for, since a
// walk ends where a handler may not leave out what nobody filled in.
import type { DefinedField } from '../tickets/InterventionDialog';

export interface Definition {
  name: string;
  states: { kind: string; field_access: Record<string, string> }[];
  fields: DefinedField[];
}

export type AskedField = DefinedField & { required: boolean };

export function askedFields(definition: Definition, nameOfTitle: string): { first: AskedField[]; later: AskedField[] } {
  const title: DefinedField = { key: 'title', name: nameOfTitle, kind: 'string', order_id: 20 };
  const all = [title, ...definition.fields].sort((a, b) => a.order_id - b.order_id);
  const start = definition.states.filter((state) => state.kind === 'start');
  const others = definition.states.filter((state) => state.kind !== 'start');
  const first = asked(all, start);
  const known = new Set(first.map((field) => field.key));
  // later ones may be left out: nobody knows yet whether the ticket comes there
  const later = asked(all, others).filter((field) => !known.has(field.key));
  return { first, later: later.map((field) => ({ ...field, required: false })) };
}

/** Those that one of the states lists as required or optional. */
function asked(fields: DefinedField[], states: Definition['states']): AskedField[] {
  const has = (field: DefinedField, access: string) => states.some((state) => state.field_access[field.key] === access);
  return fields.filter((field) => has(field, 'required') || has(field, 'optional')).map((field) => ({ ...field, required: has(field, 'required') }));
}
