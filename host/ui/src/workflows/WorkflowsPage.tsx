// Workflows: list, create, edit of what is not drawn, clone, delete, check; and the ways to designer, chart and dry run.
import { Button, type TableProps } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import { ActionButton } from '../parts/ActionButton';
import { PagedTable } from '../parts/PagedTable';
import { PageHead } from '../parts/PageHead';
import { common } from '../text/common';
import { useText } from '../text/language';
import { CheckDialog } from './CheckDialog';
import { CloneDialog } from './CloneDialog';
import { workflowTexts } from './texts';
import type { Workflow } from './types';
import { useForcedDelete } from './useForcedDelete';
import { WorkflowDialog } from './WorkflowDialog';

type Shown = { what: 'edit'; workflow: Workflow | null } | { what: 'check' | 'clone'; workflow: Workflow };

export function Page() {
  const t = useText(workflowTexts);
  const shared = useText(common);
  const [shown, setShown] = useState<Shown | null>(null);
  const columns = useColumns(setShown);
  const close = () => setShown(null);
  return (
    <>
      <PageHead
        title={shared.menu.workflows}
        help={t.help}
        extra={
          <>
            <Link to="/workflows/new/design">
              <Button data-testid="workflow-new-design">{t.draw}</Button>
            </Link>
            <Button type="primary" data-testid="workflow-create" onClick={() => setShown({ what: 'edit', workflow: null })}>
              {t.create}
            </Button>
          </>
        }
      />
      <PagedTable<Workflow> path="workflows" columns={columns} testId="workflows" searchHint={t.search} />
      <WorkflowDialog open={shown?.what === 'edit'} workflow={shown?.workflow ?? null} onClose={close} />
      <CheckDialog workflow={shown?.what === 'check' ? shown.workflow : null} onClose={close} />
      <CloneDialog workflow={shown?.what === 'clone' ? shown.workflow : null} onClose={close} />
    </>
  );
}

function useColumns(show: (what: Shown) => void): TableProps<Workflow>['columns'] {
  const t = useText(workflowTexts);
  const shared = useText(common);
  const remove = useForcedDelete([['workflows']]);
  return [
    { title: shared.column.id, dataIndex: 'id' },
    { title: shared.column.name, render: (_, row) => <Link to={`/workflows/${row.id}/design`}>{row.name}</Link> },
    { title: shared.column.description, dataIndex: 'description' },
    { title: t.viewCheck, render: (_, row) => (row.view_permission_check ? shared.yes : shared.no) },
    { title: shared.column.creator, dataIndex: 'creator' },
    { title: shared.column.created, dataIndex: 'gmt_created' },
    {
      title: shared.column.actions,
      fixed: 'right',
      render: (_, row) => (
        <>
          <PageLink to={`/workflows/${row.id}/design`} testId={`workflow-design-${row.id}`} text={t.design} />
          <PageLink to={`/workflows/${row.id}/chart`} testId={`workflow-chart-${row.id}`} text={t.chart} />
          <PageLink to={`/workflows/${row.id}/dry-run`} testId={`workflow-dry-run-${row.id}`} text={t.dryRun} />
          <PageLink to={`/tickets?workflow_ids=${row.id}`} testId={`workflow-tickets-${row.id}`} text={t.statistics} />
          <ActionButton testId={`workflow-check-${row.id}`} onClick={() => show({ what: 'check', workflow: row })}>
            {t.check}
          </ActionButton>
          <ActionButton testId={`workflow-edit-${row.id}`} onClick={() => show({ what: 'edit', workflow: row })}>
            {shared.button.edit}
          </ActionButton>
          <ActionButton testId={`workflow-clone-${row.id}`} onClick={() => show({ what: 'clone', workflow: row })}>
            {t.clone}
          </ActionButton>
          <ActionButton
            testId={`workflow-delete-${row.id}`}
            danger
            question={t.confirmDelete(row.name)}
            onClick={() => remove(`workflows/${row.id}`, t.forceDelete)}
          >
            {shared.button.remove}
          </ActionButton>
        </>
      ),
    },
  ];
}

function PageLink({ to, testId, text }: { to: string; testId: string; text: string }) {
  return (
    <Link to={to} data-testid={testId} style={{ padding: '0 4px' }}>
      {text}
    </Link>
  );
}
