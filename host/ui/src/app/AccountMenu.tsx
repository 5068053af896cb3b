// Who is signed in, with change of password and sign out.
import { UserOutlined } from '@ant-design/icons';
import { Button, Dropdown } from 'antd';
import { useState } from 'react';
import { PasswordDialog } from '../login/PasswordDialog';
import { common } from '../text/common';
import { useText } from '../text/language';
import { useLogout } from './LogoutPage';
import type { Session } from './session';

export function AccountMenu({ session }: { session: Session }) {
  const t = useText(common);
  const logout = useLogout();
  const [changing, setChanging] = useState(false);

  return (
    <>
      <Dropdown
        trigger={['click']}
        menu={{
          items: [
            { key: 'password', label: <span data-testid="change-password">{t.header.password}</span>, onClick: () => setChanging(true) },
            { key: 'logout', label: <span data-testid="logout">{t.header.logout}</span>, onClick: logout },
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
