// What is read again after something was done to a plugin.
import { QueryClient } from '@tanstack/react-query';
import { expect, it } from 'vitest';
import { refreshPlugin } from './usePluginRefresh';

it('whatever was done to a plugin, all its tabs, its page and the lists are stale, and nothing of other plugins’ tabs', async () => {
  const queries = new QueryClient();
  const own = [['plugins', 7], ['plugins', { limit: 500 }], ['plugins/7/calls', { limit: 25 }], ['plugins/7/calls', 3], ['plugins/7/audit', {}], ['plugins/7/limits'], ['plugins/7/secrets']];
  const others = [['plugins/71/calls', {}], ['tickets', {}], ['audit', {}]];
  for (const key of [...own, ...others]) queries.setQueryData(key, 'read');
  await refreshPlugin(queries, 7);
  const stale = (key: unknown[]) => queries.getQueryState(key)?.isInvalidated;
  expect(own.map(stale)).toEqual(own.map(() => true));
  expect(others.map(stale)).toEqual(others.map(() => false));
});
