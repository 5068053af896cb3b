// Roles: list, create, edit, delete, and their members.
import { useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input, type TableProps } from 'antd';
import { useState } from 'react';
import { v1 } from '../api/client';
import { ActionButton } from '../parts/ActionButton';
import { changesOf } from '../parts/changesOf';
import { EditDialog } from '../parts/EditDialog';
import { useNotify } from '../parts/notify';
import { PagedTable } from '../parts/PagedTable';
import { PageHead } from '../parts/PageHead';
import { useAction } from '../parts/useAction';
import { common } from '../text/common';
import { useText } from '../text/language';
import { MembersDialog } from './MembersDialog';
import { peopleTexts } from './texts';
import type { Role } from './types';
import { creatorText } from './UsersPage';

type Shown = { what: 'edit'; role: Role | null } | { what: 'members'; role: Role };

export function Page() {
  const t = useText(peopleTexts);
  const shared = useText(common);
  const { run } = useAction();
  const [shown, setShown] = useState<Shown | null>(null);
  const close = () => setShown(null);
  const columns: TableProps<Role>['columns'] = [
    { title: shared.column.id, dataIndex: 'id' },
    { title: shared.column.name, dataIndex: 'name' },
    { title: shared.column.description, dataIndex: 'description' },
    { title: shared.column.label, dataIndex: 'label', render: (label: string) => <span className="gavia-mono">{label}</span> },
    { title: shared.column.creator, render: (_, role) => creatorText(role) },
    { title: shared.column.created, dataIndex: 'gmt_created' },
    {
      title: shared.column.actions,
      fixed: 'right',
      render: (_, role) => (
        <>
          <ActionButton testId={`role-members-${role.id}`} onClick={() => setShown({ what: 'members', role })}>
            {t.members}
          </ActionButton>
          <ActionButton testId={`role-edit-${role.id}`} onClick={() => setShown({ what: 'edit', role })}>
            {shared.button.edit}
          </ActionButton>
          <ActionButton
            testId={`role-delete-${role.id}`}
            danger
            question={shared.confirmDelete(role.name)}
            onClick={() => run(() => v1('DELETE', `accounts/roles/${role.id}`), shared.deleted, [['accounts/roles']])}
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
        title={shared.menu.roles}
        help={t.rolesHelp}
        extra={
          <Button type="primary" data-testid="role-create" onClick={() => setShown({ what: 'edit', role: null })}>
            {t.createRole}
          </Button>
        }
      />
      <PagedTable<Role> path="accounts/roles" columns={columns} testId="roles" searchHint={t.roleSearch} />
      <RoleDialog open={shown?.what === 'edit'} role={shown?.role ?? null} onClose={close} />
      <MembersDialog role={shown?.what === 'members' ? shown.role : null} onClose={close} />
    </>
  );
}

interface Entry {
  name: string;
  description: string;
  label: string;
}

function RoleDialog({ open, role, onClose }: { open: boolean; role: Role | null; onClose: () => void }) {
  const t = useText(peopleTexts);
  const shared = useText(common);
  const notify = useNotify();
  const queries = useQueryClient();
  return (
    <EditDialog<Entry>
      open={open}
      title={role ? t.editRole(role.name) : t.createRole}
      testId="role-dialog"
      initial={role ? { name: role.name, description: role.description, label: role.label } : { description: '', label: '{}' }}
      onClose={onClose}
      onSave={async (entry) => {
        const body = changesOf(role, entry);
        if (!body) return;
        if (role) await v1('PATCH', `accounts/roles/${role.id}`, { body });
        else await v1('POST', 'accounts/roles', { body });
        notify.success(shared.saved);
        await queries.invalidateQueries({ queryKey: ['accounts/roles'] });
      }}
    >
      <Form.Item name="name" label={shared.column.name} rules={[{ required: true, whitespace: true, message: shared.required }]}>
        <Input maxLength={255} />
      </Form.Item>
      <Form.Item name="description" label={shared.column.description}>
        <Input maxLength={255} />
      </Form.Item>
      <Form.Item name="label" label={shared.column.label} extra={t.labelHelp}>
        <Input maxLength={255} className="gavia-mono" />
      </Form.Item>
    </EditDialog>
  );
}
