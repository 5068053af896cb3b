// The roles of one user; they are changed on the role's side.
import { Modal } from 'antd';
import { PagedTable } from '../parts/PagedTable';
import { common } from '../text/common';
import { useText } from '../text/language';
import { peopleTexts } from './texts';
import type { Role, User } from './types';

export function UserRolesDialog({ user, onClose }: { user: User | null; onClose: () => void }) {
  const t = useText(peopleTexts);
  const shared = useText(common);
  return (
    <Modal open={user !== null} title={user && t.rolesOf(user.username)} footer={null} onCancel={onClose} destroyOnHidden width={640}>
      {user && (
        <PagedTable<Role>
          path={`accounts/users/${user.id}/roles`}
          testId="user-roles"
          searchHint={t.roleSearch}
          columns={[
            { title: shared.column.id, dataIndex: 'id' },
            { title: shared.column.name, dataIndex: 'name' },
            { title: shared.column.description, dataIndex: 'description' },
          ]}
        />
      )}
    </Modal>
  );
}
