// Form of a new or an existing user.
import { useQueryClient } from '@tanstack/react-query';
import { Form, Input, Switch } from 'antd';
import { v1 } from '../api/client';
import { changesOf } from '../parts/changesOf';
import { EditDialog } from '../parts/EditDialog';
import { useNotify } from '../parts/notify';
import { common } from '../text/common';
import { useText } from '../text/language';
import { DepartmentsPicker } from './pickers';
import { peopleTexts } from './texts';
import type { User } from './types';

interface Entry {
  username: string;
  alias: string;
  email: string;
  phone: string;
  dept_ids: number[];
  is_active: boolean;
  is_admin: boolean;
  is_workflow_admin: boolean;
  password?: string;
}

const BLANK: Partial<Entry> = { alias: '', email: '', phone: '', dept_ids: [], is_active: true, is_admin: false, is_workflow_admin: false };
const PLACES = { 用户名: 'username', 密码: 'password', 部门: 'dept_ids' };

export function UserDialog({ open, user, onClose }: { open: boolean; user: User | null; onClose: () => void }) {
  const t = useText(peopleTexts);
  const shared = useText(common);
  const notify = useNotify();
  const queries = useQueryClient();

  async function save(entry: Entry) {
    const body = changesOf(user && entryOf(user), entry);
    if (!body) return;
    if (user) await v1('PATCH', `accounts/users/${user.id}`, { body });
    else await v1('POST', 'accounts/users', { body });
    notify.success(shared.saved);
    await queries.invalidateQueries({ queryKey: ['accounts/users'] });
  }

  return (
    <EditDialog<Entry>
      open={open}
      title={user ? t.editUser(user.username) : t.createUser}
      testId="user-dialog"
      initial={user ? entryOf(user) : BLANK}
      places={PLACES}
      onClose={onClose}
      onSave={save}
    >
      <Form.Item name="username" label={t.username} rules={[{ required: true, whitespace: true, message: shared.required }]}>
        <Input maxLength={255} autoComplete="off" />
      </Form.Item>
      <Form.Item name="alias" label={t.alias}>
        <Input maxLength={255} autoComplete="off" />
      </Form.Item>
      <Form.Item name="email" label={t.email}>
        <Input maxLength={255} type="email" autoComplete="off" />
      </Form.Item>
      <Form.Item name="phone" label={t.phone}>
        <Input maxLength={255} type="tel" autoComplete="off" />
      </Form.Item>
      <Form.Item name="dept_ids" label={t.departments}>
        <DepartmentsPicker />
      </Form.Item>
      {!user && (
        <Form.Item name="password" label={t.password} extra={t.passwordHelp}>
          <Input.Password autoComplete="new-password" />
        </Form.Item>
      )}
      <Form.Item name="is_active" label={t.active} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name="is_admin" label={t.admin} extra={t.adminHelp} valuePropName="checked">
        <Switch />
      </Form.Item>
      <Form.Item name="is_workflow_admin" label={t.workflowAdmin} extra={t.workflowAdminHelp} valuePropName="checked">
        <Switch />
      </Form.Item>
    </EditDialog>
  );
}

function entryOf(user: User): Partial<Entry> {
  const { username, alias, email, phone, dept_ids, is_active, is_admin, is_workflow_admin } = user;
  return { username, alias, email, phone, dept_ids, is_active, is_admin, is_workflow_admin };
}
