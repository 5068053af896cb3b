// Who is signed in, with change of password and sign out.
import { UserOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Button, Dropdown } from 'antd';
import { useState } from 'react';
import { useNavigate } from 'react-router';
import { useNotify } from '../parts/notify';
import { PasswordDialog } from '../login/PasswordDialog';
import { common } from '../text/common';
import { useText } from '../text/language';
import { logout, type Session } from './session';

export function AccountMenu({ session }: { session: Session }) {
  const t = useText(common);
  const navigate = useNavigate();
  const queries = useQueryClient();
  const notify = useNotify();
  const [changing, setChanging] = useState(false);

  async function leave() {
    try {
      await logout();
    } catch (error) {
      notify.failure(error);
      return;
    }
    queries.clear();
    await navigate('/login');
  }

  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'password', label: <span data-testid="change-password">{t.header.password}</span>, onClick: () => setChanging(true) },
            { key: 'logout', label: <span data-testid="logout">{t.header.logout}</span>, onClick: () => void leave() },
          ],
        }}
      >
        <Button type="text" icon={<UserOutlined />} data-testid="account-menu" aria-label={`${t.header.account}: ${session.user.username}`}>
          {session.user.username}
        </Button>
      </Dropdown>
      <PasswordDialog open={changing} onClose={() => setChanging(false)} />
    </>
  );
}
