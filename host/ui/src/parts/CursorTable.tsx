// A table of a v2 list. Such a list has no numbered pages: the cursor of each page leads to the next one, and those already
// seen are remembered for the way back. Filters are the screen's own; a change of them begins at the first page.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Button, Empty, Flex, Select, Table, type TableProps } from 'antd';
import { useState } from 'react';
import { v2, type Query } from '../api/client';
import type { CursorPage } from '../api/types';
import { common } from '../text/common';
import { useText } from '../text/language';
import { Failure } from './Failure';
import { PAGE_SIZES } from './PagedTable';
import { useColumnsThatFit } from './useColumnsThatFit';

/** How often a list is read again that grows while it is looked at, in milliseconds. */
export const EVERY_MS = 10_000;

interface Props<T> {
  /** Path below /api/v2/; `[path]` refreshes it. */
  path: string;
  query?: Query;
  columns: TableProps<T>['columns'];
  rowKey?: string;
  testId: string;
  expandable?: TableProps<T>['expandable'];
  /** Reads again by itself, in milliseconds. */
  every?: number;
}

export function CursorTable<T extends object>({ path, query, columns, rowKey = 'id', testId, expandable, every }: Props<T>) {
  const t = useText(common);
  const fitting = useColumnsThatFit(columns);
  const [limit, setLimit] = useState(25);
  const filters = JSON.stringify(query ?? {});
  const [seen, setSeen] = useState<{ filters: string; cursors: string[] }>({ filters, cursors: [] });
  const cursors = seen.filters === filters ? seen.cursors : [];
  const asked = { ...query, limit, cursor: cursors.at(-1) };
  const list = useQuery({
    queryKey: [path, asked],
    queryFn: ({ signal }) => v2<CursorPage<T>>('GET', path, { query: asked, signal }),
    placeholderData: keepPreviousData,
    refetchInterval: every ?? false,
  });
  const next = list.data?.next_cursor ?? null;
  const go = (to: string[]) => setSeen({ filters, cursors: to });

  if (list.error) return <Failure error={list.error} onRetry={() => void list.refetch()} />;
  return (
    <div data-testid={testId}>
      <Table<T>
        rowKey={rowKey}
        size="middle"
        columns={fitting}
        expandable={expandable}
        dataSource={list.data?.items ?? []}
        loading={list.isPending || list.isPlaceholderData}
        pagination={false}
        scroll={{ x: 'max-content' }}
        onRow={(row) => ({ 'data-testid': `${testId}-row-${String((row as Record<string, unknown>)[rowKey])}` }) as object}
        locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={filters === '{}' ? t.empty : t.nothingFound} /> }}
      />
      <Flex justify="end" align="center" gap={8} style={{ marginTop: 12 }}>
        <Button disabled={cursors.length === 0} onClick={() => go(cursors.slice(0, -1))} data-testid={`${testId}-previous`}>
          {t.page.previous}
        </Button>
        <span>{t.page.number(cursors.length + 1)}</span>
        <Button disabled={next === null} onClick={() => next !== null && go([...cursors, next])} data-testid={`${testId}-next`}>
          {t.page.next}
        </Button>
        <Select
          value={limit}
          aria-label={t.page.size}
          options={PAGE_SIZES.map((size) => ({ value: size, label: t.page.perPage(size) }))}
          onChange={(size) => {
            setLimit(size);
            go([]);
          }}
        />
      </Flex>
    </div>
  );
}
