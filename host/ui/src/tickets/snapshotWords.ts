// Words for the keys and values of a ticket's snapshots: names of fields and states in place of keys and ids.
import type { ChangeWords } from '../parts/Changes';
import type { Names } from '../parts/names';
import type { Participants, TicketDetail } from './types';
import { participantsText, valueText } from './values';

const VALUES = 'values.';

/** `names` are the words of the snapshot's own keys, `kinds` those of participants that are no persons, `ids` what their ids stand for. */
export function snapshotWords(
  ticket: Pick<TicketDetail, 'states' | 'forms'>,
  names: Record<string, string>,
  kinds: Record<string, string>,
  ids: Names,
): ChangeWords {
  const fields = new Map([...ticket.forms.viewer, ...ticket.forms.handler].map((field) => [field.key, field]));
  const states = new Map(ticket.states.map((state) => [state.id, state.name]));
  const fieldOf = (key: string) => (key.startsWith(VALUES) ? fields.get(key.slice(VALUES.length)) : undefined);
  return {
    key: (key) => fieldOf(key)?.name ?? names[key],
    value: (key, value) => {
      if (key === 'state_id' && typeof value === 'number') return states.get(value) ?? String(value);
      if (key === 'participants' && isParticipants(value)) return participantsText(value, kinds, ids);
      if (key === 'related' && Array.isArray(value)) return value.join('、');
      return valueText(value, fieldOf(key));
    },
  };
}

function isParticipants(value: unknown): value is Participants {
  return typeof value === 'object' && value !== null && 'kind' in value;
}
