// Custom notices: through a plugin or a web address, with the templates of their texts.
import { Button, type TableProps } from 'antd';
import { useState } from 'react';
import { Link } from 'react-router';
import { ActionButton } from '../parts/ActionButton';
import { PagedTable } from '../parts/PagedTable';
import { PageHead } from '../parts/PageHead';
import { common } from '../text/common';
import { useText } from '../text/language';
import { NoticeDialog } from './NoticeDialog';
import { workflowTexts } from './texts';
import type { Notice } from './types';
import { useForcedDelete } from './useForcedDelete';

export const NOTICES = 'workflows/custom_notices';

export function Page() {
  const t = useText(workflowTexts);
  const shared = useText(common);
  const remove = useForcedDelete([[NOTICES]]);
  const [edit, setEdit] = useState<{ notice: Notice | null } | null>(null);
  const columns: TableProps<Notice>['columns'] = [
    { title: shared.column.id, dataIndex: 'id' },
    { title: shared.column.name, dataIndex: 'name' },
    { title: shared.column.description, dataIndex: 'description' },
    { title: t.way, render: (_, row) => (row.type_id === 2 ? t.wayHook : t.wayPlugin) },
    { title: t.hookUrl, render: (_, row) => <span className="gavia-mono">{row.type_id === 2 ? row.hook_url : row.script}</span> },
    { title: shared.column.creator, dataIndex: 'creator' },
    { title: shared.column.created, dataIndex: 'gmt_created' },
    {
      title: shared.column.actions,
      fixed: 'right',
      render: (_, row) => (
        <>
          <Link to={`/deliveries?notice=${row.id}`} style={{ padding: '0 4px' }} data-testid={`notice-deliveries-${row.id}`}>
            {t.deliveries}
          </Link>
          <ActionButton testId={`notice-edit-${row.id}`} onClick={() => setEdit({ notice: row })}>
            {shared.button.edit}
          </ActionButton>
          <ActionButton
            testId={`notice-delete-${row.id}`}
            danger
            question={shared.confirmDelete(row.name)}
            onClick={() => remove(`${NOTICES}/${row.id}`, t.noticeUsed)}
          >
            {shared.button.remove}
          </ActionButton>
        </>
      ),
    },
  ];
  return (
    <>
      <PageHead
        title={shared.menu.notices}
        help={t.noticesPageHelp}
        extra={
          <Button type="primary" data-testid="notice-create" onClick={() => setEdit({ notice: null })}>
            {t.noticeCreate}
          </Button>
        }
      />
      <PagedTable<Notice> path={NOTICES} columns={columns} testId="notices" searchHint={t.noticeSearch} />
      <NoticeDialog open={edit !== null} notice={edit?.notice ?? null} onClose={() => setEdit(null)} />
    </>
  );
}
