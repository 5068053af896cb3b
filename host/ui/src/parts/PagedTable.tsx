// A table of a v1.0 list: one search box, pages of 10/25/50/100 that the server makes, no sorting.
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Empty, Flex, Input, Table, type TableProps } from 'antd';
import { useState, type ReactNode } from 'react';
import { v1, type Page, type Query } from '../api/client';
import { common } from '../text/common';
import { useText } from '../text/language';
import { Failure } from './Failure';
import { useColumnsThatFit } from './useColumnsThatFit';

export const PAGE_SIZES = [10, 25, 50, 100];

interface Props<T> {
  /** Path below /api/v1.0/; also the beginning of the query's key, `[path]` refreshes it. */
  path: string;
  query?: Query;
  columns: TableProps<T>['columns'];
  testId: string;
  /** What the search box looks in. */
  searchHint: string;
  /** More controls beside the search box. */
  tools?: ReactNode;
  expandable?: TableProps<T>['expandable'];
}

export function PagedTable<T extends { id: number }>({ path, query, columns, testId, searchHint, tools, expandable }: Props<T>) {
  const t = useText(common);
  const fitting = useColumnsThatFit(columns);
  const [page, setPage] = useState(1);
  const [perPage, setPerPage] = useState(10);
  const [search, setSearch] = useState('');
  const asked = { ...query, search_value: search, page, per_page: perPage };
  const list = useQuery({
    queryKey: [path, asked],
    queryFn: ({ signal }) => v1<Page<T>>('GET', path, { query: asked, signal }),
    placeholderData: keepPreviousData,
  });

  return (
    <div data-testid={testId}>
      <Flex gap={8} wrap style={{ marginBottom: 12 }}>
        <Input.Search
          allowClear
          placeholder={searchHint}
          aria-label={searchHint}
          data-testid={`${testId}-search`}
          style={{ maxWidth: 320 }}
          onSearch={(text) => {
            setSearch(text.trim());
            setPage(1);
          }}
        />
        {tools}
      </Flex>
      {list.error ? (
        <Failure error={list.error} onRetry={() => void list.refetch()} />
      ) : (
        <Table<T>
          rowKey="id"
          size="middle"
          columns={fitting}
          expandable={expandable}
          dataSource={list.data?.value ?? []}
          loading={list.isFetching}
          scroll={{ x: 'max-content' }}
          onRow={(row) => ({ 'data-testid': `${testId}-row-${row.id}` }) as object}
          locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={search ? t.nothingFound : t.empty} /> }}
          pagination={{
            current: page,
            pageSize: perPage,
            total: list.data?.total ?? 0,
            pageSizeOptions: PAGE_SIZES,
            showSizeChanger: true,
            showTotal: t.total,
            onChange: (next, size) => {
              setPage(size === perPage ? next : 1);
              setPerPage(size);
            },
          }}
        />
      )}
    </div>
  );
}
