// Values of fields as text, and as the widgets hold them. The server keeps several choices or users as one text between commas.
import type { Names } from '../parts/names';
import type { FieldShape, Participants } from './types';

/** The parts of a comma text, or of a list. */
export function parts(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (value === null || value === undefined) return [];
  return String(value)
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

/** A field's value for reading: labels in place of choices. Values that no field describes are shown as JSON. */
export function valueText(value: unknown, field?: FieldShape): string {
  if (value === null || value === undefined) return '';
  const label = (key: string) => String(field?.choices?.[key] ?? key);
  switch (field?.kind) {
    case 'radio':
    case 'select':
      return label(String(value));
    case 'checkbox':
    case 'multi_select':
      return parts(value).map(label).join('、');
    case 'bool':
      return String(field.boolean_display?.[value === true || value === 1 ? '1' : '0'] ?? value);
    default:
      return typeof value === 'object' ? JSON.stringify(value) : String(value);
  }
}

/** Whether two values are the same to a reader: an absent one, null and the empty text are. */
export function sameValue(a: unknown, b: unknown): boolean {
  const plain = (value: unknown) => (value === undefined || value === '' ? null : value);
  return JSON.stringify(plain(a)) === JSON.stringify(plain(b));
}

/** The entries of `after` that differ from `before`: what an edit sends. */
export function changedValues(before: Record<string, unknown>, after: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(after)
      .filter(([key, value]) => !sameValue(before[key], value))
      .map(([key, value]) => [key, value === undefined ? null : value]),
  );
}

/** Who must act, in one line; `words` name the kinds that are no persons, `names` what an id stands for. */
export function participantsText(participants: Participants, words: Record<string, string>, names: Names): string {
  const named = (ids: number[]) => ids.map((id) => names(participants.kind, String(id)) ?? String(id)).join('、');
  switch (participants.kind) {
    case 'person':
    case 'several':
      return participants.users.join('、');
    case 'department':
      return `${words.department ?? participants.kind} ${named(participants.department_ids)}`;
    case 'role':
      return `${words.role ?? participants.kind} ${named([participants.role_id])}`;
    case 'script':
      return `${words.script ?? participants.kind} ${named([participants.script_id])}`;
    default:
      return words[participants.kind] ?? participants.kind;
  }
}

/** What a field that every ticket has is called in the reader's language; the workflow's own fields have their names from it. */
export function baseName(key: string, words: Record<string, string>): string | undefined {
  return Object.hasOwn(words, key) ? words[key] : undefined;
}
