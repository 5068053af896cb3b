// The notices of a workflow, which its document has as ids between commas, by their names.

export interface NoticeRow {
  id: number;
  name: string;
}

/** One that is not among `rows`, as a deleted one, stays an id. */
export function noticesText(ids: string, rows: NoticeRow[]): string {
  const names = new Map(rows.map(({ id, name }) => [String(id), name]));
  return ids
    .split(',')
    .map((id) => id.trim())
    .filter((id) => id !== '')
    .map((id) => (names.has(id) ? `${names.get(id)} (${id})` : id))
    .join(', ');
}
