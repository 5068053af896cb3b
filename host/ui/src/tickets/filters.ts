// The filters of the ticket list, as the address bar and the API have them: one text per key, `field.KEY` for custom fields.

export interface FieldFilter {
  key: string;
  value: string;
}

export interface TicketFilters {
  sn?: string;
  title?: string;
  workflow_ids: number[];
  state_ids: number[];
  ticket_ids?: string;
  create_start?: string;
  create_end?: string;
  is_end?: string;
  is_rejected?: string;
  creator?: string;
  participant?: string;
  related?: string;
  order?: string;
  fields: FieldFilter[];
}

const TEXTS = [
  'sn',
  'title',
  'ticket_ids',
  'create_start',
  'create_end',
  'is_end',
  'is_rejected',
  'creator',
  'participant',
  'related',
  'order',
] as const;

export function filtersOf(search: URLSearchParams): TicketFilters {
  const filters: TicketFilters = { workflow_ids: ids(search.get('workflow_ids')), state_ids: ids(search.get('state_ids')), fields: [] };
  for (const key of TEXTS) {
    const text = search.get(key);
    if (text) filters[key] = text;
  }
  for (const [key, value] of search) {
    if (key.startsWith('field.')) filters.fields.push({ key: key.slice('field.'.length), value });
  }
  return filters;
}

/** The query of the list; what is empty or half filled in is left out. */
export function queryOf(filters: TicketFilters): Record<string, string> {
  const query: Record<string, string> = {};
  for (const key of TEXTS) {
    const text = filters[key]?.trim();
    if (text) query[key] = text;
  }
  if (filters.workflow_ids.length > 0) query.workflow_ids = filters.workflow_ids.join(',');
  if (filters.state_ids.length > 0) query.state_ids = filters.state_ids.join(',');
  for (const { key, value } of filters.fields) {
    if (key && value) query[`field.${key}`] = value;
  }
  return query;
}

/** No filter at all. */
export const NO_FILTERS: TicketFilters = { workflow_ids: [], state_ids: [], fields: [] };

/** What a search form shows of the filters: each has its place in it, so that the form forgets what is not among them. */
export function shownFilters(filters: TicketFilters): TicketFilters {
  return { ...Object.fromEntries(TEXTS.map((key) => [key, undefined])), is_end: '', is_rejected: '', order: '', ...filters };
}

/** Whether a row names a field that a row above it names already: the address and the API have one value for each. */
export function isDoubleField(fields: (Partial<FieldFilter> | undefined)[], row: number): boolean {
  const key = fields[row]?.key;
  return Boolean(key) && fields.slice(0, row).some((one) => one?.key === key);
}

function ids(text: string | null): number[] {
  return (text ?? '')
    .split(',')
    .map(Number)
    .filter((id) => Number.isInteger(id) && id > 0);
}
