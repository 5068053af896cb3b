// Form of a new or an existing department.
import { useQueryClient } from '@tanstack/react-query';
import { Form, Input } from 'antd';
import { v1 } from '../api/client';
import { changesOf } from '../parts/changesOf';
import { EditDialog } from '../parts/EditDialog';
import { useNotify } from '../parts/notify';
import { common } from '../text/common';
import { useText } from '../text/language';
import { entryOf, sent, type DepartmentEntry } from './departmentEntry';
import { DepartmentPicker, UserPicker, UsersPicker } from './pickers';
import { peopleTexts } from './texts';
import type { Department } from './types';

/** What is edited: a department, or a new one below `parent` (0: at the top). */
export interface DepartmentEdit {
  department: Department | null;
  parent: number;
}

const PLACES = { 上级部门: 'parent_dept_id' };

export function DepartmentDialog({ edit, onClose }: { edit: DepartmentEdit | null; onClose: () => void }) {
  const t = useText(peopleTexts);
  const shared = useText(common);
  const notify = useNotify();
  const queries = useQueryClient();
  const department = edit?.department ?? null;

  async function save(entry: DepartmentEntry) {
    const body = changesOf(department && sent(entryOf(department)), sent(entry));
    if (!body) return;
    if (department) await v1('PATCH', `accounts/depts/${department.id}`, { body });
    else await v1('POST', 'accounts/depts', { body });
    notify.success(shared.saved);
    await queries.invalidateQueries({ queryKey: ['accounts/depts'] });
  }

  return (
    <EditDialog<DepartmentEntry>
      open={edit !== null}
      title={department ? t.editDepartment(department.name) : t.createDepartment}
      testId="department-dialog"
      initial={department ? entryOf(department) : { parent_dept_id: edit?.parent ?? 0, leader: '', approver: [], label: '' }}
      places={PLACES}
      onClose={onClose}
      onSave={save}
    >
      <Form.Item name="name" label={shared.column.name} rules={[{ required: true, whitespace: true, message: shared.required }]}>
        <Input maxLength={255} />
      </Form.Item>
      <Form.Item name="parent_dept_id" label={t.parent}>
        <DepartmentPicker placeholder={t.noParent} />
      </Form.Item>
      <Form.Item name="leader" label={t.leader}>
        <UserPicker />
      </Form.Item>
      <Form.Item name="approver" label={t.approvers}>
        <UsersPicker />
      </Form.Item>
      <Form.Item name="label" label={shared.column.label} extra={t.labelHelp}>
        <Input maxLength={255} className="gavia-mono" />
      </Form.Item>
    </EditDialog>
  );
}
