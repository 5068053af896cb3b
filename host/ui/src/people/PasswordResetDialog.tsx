// A new password for somebody else; it ends that person's sessions.
import { Form, Input } from 'antd';
import { v1 } from '../api/client';
import { EditDialog } from '../parts/EditDialog';
import { useNotify } from '../parts/notify';
import { useText } from '../text/language';
import { peopleTexts } from './texts';
import type { User } from './types';

export function PasswordResetDialog({ user, onClose }: { user: User | null; onClose: () => void }) {
  const t = useText(peopleTexts);
  const notify = useNotify();
  return (
    <EditDialog<{ password: string }>
      open={user !== null}
      title={t.passwordNew(user?.username ?? '')}
      testId="password-reset"
      initial={{}}
      places={{ 密码: 'password' }}
      onClose={onClose}
      onSave={async ({ password }) => {
        await v1('PATCH', `accounts/users/${user?.id}`, { body: { password } });
        notify.success(t.passwordSet);
      }}
    >
      <Form.Item name="password" label={t.password} extra={t.passwordHelp} rules={[{ required: true, min: 12, message: t.passwordHelp }]}>
        <Input.Password autoComplete="new-password" />
      </Form.Item>
    </EditDialog>
  );
}
