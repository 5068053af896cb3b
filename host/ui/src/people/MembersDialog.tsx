// Members of a role: who is in it, adding and removing.
import { Button, Modal, Space } from 'antd';
import { useState } from 'react';
import { v1 } from '../api/client';
import { ActionButton } from '../parts/ActionButton';
import { PagedTable } from '../parts/PagedTable';
import { useAction } from '../parts/useAction';
import { common } from '../text/common';
import { useText } from '../text/language';
import { UserIdPicker } from './pickers';
import { peopleTexts } from './texts';
import type { Role, User } from './types';

export function MembersDialog({ role, onClose }: { role: Role | null; onClose: () => void }) {
  const t = useText(peopleTexts);
  return (
    <Modal open={role !== null} title={role && t.membersOf(role.name)} footer={null} onCancel={onClose} destroyOnHidden width={720}>
      {role && <Members role={role} />}
    </Modal>
  );
}

function Members({ role }: { role: Role }) {
  const t = useText(peopleTexts);
  const shared = useText(common);
  const { run, busy } = useAction();
  const [picked, setPicked] = useState<number>();
  const path = `accounts/roles/${role.id}/users`;
  const changed = [[path]];
  const add = async () => {
    if (await run(() => v1('POST', path, { body: { user_id: picked } }), shared.saved, changed)) setPicked(undefined);
  };
  return (
    <PagedTable<User>
      path={path}
      testId="members"
      searchHint={t.userSearch}
      tools={
        <Space.Compact>
          <UserIdPicker value={picked} onChange={setPicked} style={{ width: 200 }} aria-label={t.addMember} data-testid="member-pick" />
          <Button type="primary" loading={busy} disabled={picked === undefined} onClick={() => void add()} data-testid="member-add">
            {t.addMember}
          </Button>
        </Space.Compact>
      }
      columns={[
        { title: shared.column.id, dataIndex: 'id' },
        { title: t.username, dataIndex: 'username' },
        { title: t.alias, dataIndex: 'alias' },
        {
          title: shared.column.actions,
          render: (_, user) => (
            <ActionButton
              testId={`member-remove-${user.id}`}
              danger
              question={t.confirmRemoveMember(user.username, role.name)}
              onClick={() => run(() => v1('DELETE', `${path}/${user.id}`), shared.done, changed)}
            >
              {t.removeMember}
            </ActionButton>
          ),
        },
      ]}
    />
  );
}
