// App tokens: who may call the API and for which workflows. Tokens are masked; each reveal is audited by the server.
import { useQuery } from '@tanstack/react-query';
import { Button, Flex, Input, Tag, Tooltip, type TableProps } from 'antd';
import { useState } from 'react';
import { v1, v2, type Page as ListPage } from '../api/client';
import type { Schema } from '../api/types';
import { ActionButton } from '../parts/ActionButton';
import { CursorTable } from '../parts/CursorTable';
import { useNotify } from '../parts/notify';
import { PageHead } from '../parts/PageHead';
import { localTime } from '../parts/time';
import { useAction } from '../parts/useAction';
import { common } from '../text/common';
import { useText } from '../text/language';
import { AppTokenDialog } from './AppTokenDialog';
import { TokenDialog, type ShownToken } from './TokenDialog';
import { peopleTexts } from './texts';
import { tokenTexts } from './tokenTexts';

export type AppToken = Schema['AppTokenView'];

export interface WorkflowName {
  id: number;
  name: string;
}

/** All workflows by name, for pickers and lists; they are few. */
export function useWorkflowNames() {
  const query = { per_page: 10_000, page: 1 };
  return useQuery({
    queryKey: ['workflows', query],
    queryFn: ({ signal }) => v1<ListPage<WorkflowName>>('GET', 'workflows', { query, signal }),
    staleTime: 30_000,
  });
}

export function Page() {
  const t = useText(tokenTexts);
  const people = useText(peopleTexts);
  const shared = useText(common);
  const [search, setSearch] = useState('');
  const [edit, setEdit] = useState<{ token: AppToken | null } | null>(null);
  const [shown, setShown] = useState<ShownToken | null>(null);
  const columns = useColumns((token) => setEdit({ token }), setShown);
  return (
    <>
      <PageHead
        title={shared.menu.appTokens}
        help={t.help}
        extra={
          <Button type="primary" data-testid="token-create" onClick={() => setEdit({ token: null })}>
            {t.create}
          </Button>
        }
      />
      <Flex style={{ marginBottom: 12 }}>
        <Input.Search
          allowClear
          placeholder={people.tokenSearch}
          aria-label={people.tokenSearch}
          data-testid="tokens-search"
          style={{ maxWidth: 320 }}
          onSearch={(text) => setSearch(text.trim())}
        />
      </Flex>
      <CursorTable<AppToken> path="app_tokens" query={search ? { search } : {}} columns={columns} testId="tokens" />
      <AppTokenDialog open={edit !== null} token={edit?.token ?? null} onClose={() => setEdit(null)} onToken={setShown} />
      <TokenDialog shown={shown} onClose={() => setShown(null)} />
    </>
  );
}

function useColumns(edit: (token: AppToken) => void, show: (token: ShownToken) => void): TableProps<AppToken>['columns'] {
  const t = useText(tokenTexts);
  const shared = useText(common);
  const notify = useNotify();
  const { run } = useAction();
  const names = useWorkflowNames().data?.value ?? [];
  const nameOf = (id: number) => names.find((one) => one.id === id)?.name ?? String(id);

  async function reveal(row: AppToken) {
    try {
      const { token } = await v2<{ token: string }>('POST', `app_tokens/${row.id}/reveal`);
      show({ app: row.app_name, token });
    } catch (error) {
      notify.failure(error);
    }
  }

  return [
    { title: shared.column.id, dataIndex: 'id' },
    { title: t.app, dataIndex: 'app_name' },
    { title: t.token, render: (_, row) => <span className="gavia-mono">{row.has_token ? '••••••••' : t.keyOnly}</span> },
    { title: t.prefix, dataIndex: 'ticket_sn_prefix' },
    {
      title: shared.menu.workflows,
      render: (_, row) => (
        <Flex gap={4} wrap style={{ maxWidth: 360 }}>
          {row.workflow_ids.slice(0, 6).map((id) => (
            <Tag key={id}>{nameOf(id)}</Tag>
          ))}
          {row.workflow_ids.length > 6 && <Tooltip title={row.workflow_ids.slice(6).map(nameOf).join('、')}>…</Tooltip>}
        </Flex>
      ),
    },
    {
      title: t.rights,
      render: (_, row) => (
        <>
          {row.trusted && <Tag color="blue">{t.trusted}</Tag>}
          {row.may_configure && <Tag color="purple">{t.mayConfigure}</Tag>}
          {row.may_admin && <Tag color="red">{t.mayAdmin}</Tag>}
        </>
      ),
    },
    { title: shared.column.creator, dataIndex: 'creator' },
    { title: shared.column.created, render: (_, row) => localTime(row.created_at) },
    {
      title: shared.column.actions,
      fixed: 'right',
      render: (_, row) => (
        <>
          <ActionButton testId={`token-reveal-${row.id}`} disabled={!row.has_token} question={t.confirmReveal} onClick={() => reveal(row)}>
            {t.reveal}
          </ActionButton>
          <ActionButton testId={`token-edit-${row.id}`} onClick={() => edit(row)}>
            {shared.button.edit}
          </ActionButton>
          <ActionButton
            testId={`token-delete-${row.id}`}
            danger
            question={t.confirmDelete(row.app_name)}
            onClick={() => run(() => v1('DELETE', `accounts/app_token/${row.id}`), shared.deleted, [['app_tokens']])}
          >
            {shared.button.remove}
          </ActionButton>
        </>
      ),
    },
  ];
}
