// Plugins: the list, and the upload of a new one or of a new version.
import { Button, Flex, Input, Tag, type TableProps } from 'antd';
import { useState } from 'react';
import { Link, useNavigate } from 'react-router';
import { v2 } from '../api/client';
import { ActionButton } from '../parts/ActionButton';
import { CursorTable } from '../parts/CursorTable';
import { PageHead } from '../parts/PageHead';
import { localTime } from '../parts/time';
import { useAction } from '../parts/useAction';
import { common } from '../text/common';
import { useText } from '../text/language';
import type { PluginCard } from './PluginPicker';
import { pluginTexts } from './texts';
import { UploadDialog } from './UploadDialog';

export function Page() {
  const t = useText(pluginTexts);
  const shared = useText(common);
  const navigate = useNavigate();
  const { run } = useAction();
  const [search, setSearch] = useState('');
  const [uploading, setUploading] = useState(false);
  const columns: TableProps<PluginCard>['columns'] = [
    { title: shared.column.id, dataIndex: 'id' },
    {
      title: t.name,
      render: (_, row) => (
        <Link to={`/plugins/${row.id}`} data-testid={`plugin-open-${row.name}`}>
          {row.name}
        </Link>
      ),
    },
    { title: shared.column.description, dataIndex: 'description' },
    { title: t.kinds, render: (_, row) => row.kinds.map((kind) => <Tag key={kind}>{t.kindNames[kind] ?? kind}</Tag>) },
    { title: t.active, render: (_, row) => row.active_version ?? '—' },
    { title: t.waiting, render: (_, row) => row.waiting_versions.map((one) => <Tag key={one} color="warning">{one}</Tag>) },
    { title: shared.column.creator, dataIndex: 'creator' },
    { title: shared.column.modified, render: (_, row) => localTime(row.modified_at) },
    {
      title: shared.column.actions,
      fixed: 'right',
      render: (_, row) => (
        <ActionButton
          testId={`plugin-delete-${row.id}`}
          danger
          question={t.confirmDelete(row.name)}
          onClick={() => run(() => v2('DELETE', `plugins/${row.id}`), shared.deleted, [['plugins']])}
        >
          {shared.button.remove}
        </ActionButton>
      ),
    },
  ];
  return (
    <>
      <PageHead
        title={shared.menu.plugins}
        help={t.help}
        extra={
          <Button type="primary" data-testid="plugin-upload" onClick={() => setUploading(true)}>
            {t.upload}
          </Button>
        }
      />
      <Flex style={{ marginBottom: 12 }}>
        <Input.Search
          allowClear
          placeholder={t.search}
          aria-label={t.search}
          data-testid="plugins-search"
          style={{ maxWidth: 320 }}
          onSearch={(text) => setSearch(text.trim())}
        />
      </Flex>
      <CursorTable<PluginCard> path="plugins" query={search ? { search } : {}} columns={columns} testId="plugins" />
      <UploadDialog open={uploading} onClose={() => setUploading(false)} onUploaded={(one) => void navigate(`/plugins/${one.plugin_id}`)} />
    </>
  );
}
