// What can be picked, each searched on the server: by the words typed, twenty at a time.
import { v1, v2, type Page } from '../../api/client';

export interface Choice {
  value: string;
  label: string;
}

export type Source = 'user' | 'department' | 'role' | 'script' | 'notice' | 'workflow' | 'participants' | 'condition';

const SHOWN = 20;
/** Chosen ids get their names from a list of this many. */
const NAMES_MAX = 1000;

interface Row {
  id: number;
  name: string;
}

const LISTS: Partial<Record<Source, string>> = {
  department: 'accounts/depts',
  role: 'accounts/roles',
  script: 'workflows/run_scripts',
  notice: 'workflows/custom_notices',
  workflow: 'workflows',
};

export async function search(source: Source, words: string, signal: AbortSignal): Promise<Choice[]> {
  if (source === 'user') {
    const users = await v1<Page<{ username: string; alias: string }>>('GET', 'accounts/users', { query: { search_value: words, page: 1, per_page: SHOWN }, signal });
    return users.value.map(({ username, alias }) => ({ value: username, label: alias === '' ? username : `${alias} (${username})` }));
  }
  if (source === 'participants' || source === 'condition') {
    const plugins = await v2<{ items: { name: string; kinds: string[] }[] }>('GET', 'plugins', { query: { limit: 500 }, signal });
    return plugins.items.filter((plugin) => plugin.kinds.includes(source) && plugin.name.includes(words)).map(({ name }) => ({ value: name, label: name }));
  }
  return rows(source, words, SHOWN, signal);
}

/** Names for what is chosen already. */
export async function known(source: Source, chosen: string[], signal: AbortSignal): Promise<Choice[]> {
  if (source !== 'user') return LISTS[source] === undefined ? [] : rows(source, '', NAMES_MAX, signal);
  const found = await Promise.all(chosen.slice(0, SHOWN).map((name) => search('user', name, signal)));
  return found.flat();
}

async function rows(source: Source, words: string, count: number, signal: AbortSignal): Promise<Choice[]> {
  const list = await v1<Page<Row>>('GET', LISTS[source] as string, { query: { search_value: words, page: 1, per_page: count }, signal });
  return list.value.map(({ id, name }) => ({ value: String(id), label: `${name} (${id})` }));
}
