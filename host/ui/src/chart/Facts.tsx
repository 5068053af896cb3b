// What the page of a chart says of its workflow in words. Who made it and what its notices are called stands in no document: those are
// asked for.
import { useQuery } from '@tanstack/react-query';
import { Descriptions } from 'antd';
import { v1, type Page } from '../api/client';
import { Failure } from '../parts/Failure';
import { common } from '../text/common';
import { useText } from '../text/language';
import type { WorkflowDocument } from './document';
import { noticesText, type NoticeRow } from './notices';
import { chartTexts } from './texts';

/** More notices are named by their ids. */
const NAMES_MAX = 1000;

export function Facts({ id, document }: { id: number; document: WorkflowDocument }) {
  const t = useText(chartTexts);
  const shared = useText(common);
  const creator = useQuery({
    queryKey: ['workflows', id, 'creator'],
    queryFn: ({ signal }) => v1<{ creator: string }>('GET', `workflows/${id}`, { signal }),
  });
  const notices = useQuery({
    queryKey: ['names', 'notice'],
    queryFn: ({ signal }) => v1<Page<NoticeRow>>('GET', 'workflows/custom_notices', { query: { page: 1, per_page: NAMES_MAX }, signal }),
    enabled: document.notices !== '',
    staleTime: 60_000,
  });
  const limits = Object.entries(document.limit_expression).map(([key, value]) => `${key}: ${String(value)}`);
  const items = [
    { key: 'description', label: shared.column.description, children: document.description },
    { key: 'view', label: t.viewCheck, children: document.view_permission_check ? shared.yes : shared.no },
    { key: 'form', label: t.displayForm, children: document.display_form.join(', ') },
    { key: 'limits', label: t.limits, children: limits.join(', ') },
    { key: 'notices', label: t.notices, children: noticesText(document.notices, notices.data?.value ?? []) },
    { key: 'creator', label: t.creator, children: creator.data?.creator ?? '' },
    { key: 'by', label: t.changedBy, children: document.modified_by ?? '' },
  ];
  return (
    <>
      <Descriptions size="small" column={1} items={items.filter((item) => item.children !== '')} data-testid="chart-facts" />
      {[creator, notices].map((asked, index) => asked.error && <Failure key={index} error={asked.error} onRetry={() => void asked.refetch()} />)}
    </>
  );
}
