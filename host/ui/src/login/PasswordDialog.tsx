// Change of one's own password: the present one, and the new one twice.
import { Form, Input } from 'antd';
import { changePassword } from '../app/session';
import { EditDialog } from '../parts/EditDialog';
import { useNotify } from '../parts/notify';
import { common } from '../text/common';
import { useText } from '../text/language';
import { loginTexts } from './texts';

interface Entry {
  current_password: string;
  new_password: string;
  again: string;
}

export function PasswordDialog({ open, onClose }: { open: boolean; onClose: () => void }) {
  const t = useText(loginTexts);
  const shared = useText(common);
  const notify = useNotify();
  return (
    <EditDialog<Entry>
      open={open}
      title={t.changeTitle}
      testId="password-dialog"
      initial={{}}
      onClose={onClose}
      onSave={async (entry) => {
        await changePassword(entry.current_password, entry.new_password);
        notify.success(t.changed);
      }}
    >
      <Form.Item name="current_password" label={t.current} rules={[{ required: true, message: shared.required }]}>
        <Input.Password autoComplete="current-password" />
      </Form.Item>
      <Form.Item name="new_password" label={t.next} extra={t.short} rules={[{ required: true, min: 12, message: t.short }]}>
        <Input.Password autoComplete="new-password" />
      </Form.Item>
      <Form.Item
        name="again"
        label={t.again}
        dependencies={['new_password']}
        rules={[
          { required: true, message: shared.required },
          ({ getFieldValue }) => ({
            validator: (_, value) => (value === getFieldValue('new_password') ? Promise.resolve() : Promise.reject(new Error(t.differs))),
          }),
        ]}
      >
        <Input.Password autoComplete="new-password" />
      </Form.Item>
    </EditDialog>
  );
}
