// Users: list, create, edit, deactivate, reset password, delete, and the roles of each.
import { Button, Tag, type TableProps } from 'antd';
import { useState } from 'react';
import { v1 } from '../api/client';
import { useSession } from '../app/session';
import { ActionButton } from '../parts/ActionButton';
import { PagedTable } from '../parts/PagedTable';
import { PageHead } from '../parts/PageHead';
import { useAction } from '../parts/useAction';
import { common } from '../text/common';
import { useText } from '../text/language';
import { peopleTexts } from './texts';
import { personText, type User } from './types';
import { PasswordResetDialog } from './PasswordResetDialog';
import { UserDialog } from './UserDialog';
import { UserRolesDialog } from './UserRolesDialog';

type Shown = { what: 'edit'; user: User | null } | { what: 'roles' | 'password'; user: User };

export function Page() {
  const t = useText(peopleTexts);
  const shared = useText(common);
  const [shown, setShown] = useState<Shown | null>(null);
  const columns = useColumns(setShown);
  const close = () => setShown(null);
  return (
    <>
      <PageHead
        title={shared.menu.users}
        help={t.usersHelp}
        extra={
          <Button type="primary" data-testid="user-create" onClick={() => setShown({ what: 'edit', user: null })}>
            {t.createUser}
          </Button>
        }
      />
      <PagedTable<User> path="accounts/users" columns={columns} testId="users" searchHint={t.userSearch} />
      <UserDialog open={shown?.what === 'edit'} user={shown?.user ?? null} onClose={close} />
      <UserRolesDialog user={shown?.what === 'roles' ? shown.user : null} onClose={close} />
      <PasswordResetDialog user={shown?.what === 'password' ? shown.user : null} onClose={close} />
    </>
  );
}

function useColumns(show: (what: Shown) => void): TableProps<User>['columns'] {
  const t = useText(peopleTexts);
  const shared = useText(common);
  // one's own password is changed from the account menu, which asks for the present one
  const own = useSession().data?.user.username;
  const { run } = useAction();
  const change = (act: () => Promise<unknown>, text: string) => run(act, text, [['accounts/users'], ['session']]);
  return [
    { title: shared.column.id, dataIndex: 'id' },
    { title: t.username, dataIndex: 'username' },
    { title: t.alias, dataIndex: 'alias' },
    { title: t.email, dataIndex: 'email' },
    { title: t.phone, dataIndex: 'phone' },
    { title: t.departments, render: (_, user) => user.dept_info.dept_name },
    {
      title: t.status,
      render: (_, user) => <Tag color={user.is_active ? 'success' : 'default'}>{user.is_active ? t.active : t.inactive}</Tag>,
    },
    { title: t.admin, render: (_, user) => (user.is_admin ? shared.yes : shared.no) },
    { title: shared.column.creator, render: (_, user) => creatorText(user) },
    { title: shared.column.created, dataIndex: 'gmt_created' },
    {
      title: shared.column.actions,
      fixed: 'right',
      render: (_, user) => (
        <>
          <ActionButton testId={`user-roles-${user.id}`} onClick={() => show({ what: 'roles', user })}>
            {t.viewRoles}
          </ActionButton>
          <ActionButton testId={`user-edit-${user.id}`} onClick={() => show({ what: 'edit', user })}>
            {shared.button.edit}
          </ActionButton>
          {user.username !== own && (
            <ActionButton testId={`user-password-${user.id}`} onClick={() => show({ what: 'password', user })}>
              {t.resetPassword}
            </ActionButton>
          )}
          <ActionButton
            testId={`user-active-${user.id}`}
            danger={user.is_active}
            question={user.is_active ? t.confirmDeactivate(user.username) : undefined}
            onClick={() =>
              change(() => v1('PATCH', `accounts/users/${user.id}`, { body: { is_active: !user.is_active } }), shared.saved)
            }
          >
            {user.is_active ? t.deactivate : t.activate}
          </ActionButton>
          <ActionButton
            testId={`user-delete-${user.id}`}
            danger
            question={shared.confirmDelete(user.username)}
            onClick={() => change(() => v1('DELETE', `accounts/users/${user.id}`), shared.deleted)}
          >
            {shared.button.remove}
          </ActionButton>
        </>
      ),
    },
  ];
}

export function creatorText(row: { creator_info: User['creator_info'] }): string {
  return personText(row.creator_info.creator_username ?? '', row.creator_info.creator_alias);
}
