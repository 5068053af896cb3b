// A copy of a workflow under another name.
import { useQueryClient } from '@tanstack/react-query';
import { Form, Input } from 'antd';
import { v2 } from '../api/client';
import { EditDialog } from '../parts/EditDialog';
import { useNotify } from '../parts/notify';
import { common } from '../text/common';
import { useText } from '../text/language';
import { workflowTexts } from './texts';
import type { Workflow } from './types';

export function CloneDialog({ workflow, onClose }: { workflow: Workflow | null; onClose: () => void }) {
  const t = useText(workflowTexts);
  const shared = useText(common);
  const notify = useNotify();
  const queries = useQueryClient();
  return (
    <EditDialog<{ name: string }>
      open={workflow !== null}
      title={t.cloneOf(workflow?.name ?? '')}
      testId="clone-dialog"
      initial={{ name: t.cloneName(workflow?.name ?? '') }}
      onClose={onClose}
      onSave={async (body) => {
        await v2('POST', `workflows/${workflow?.id}/clone`, { body });
        notify.success(shared.saved);
        await queries.invalidateQueries({ queryKey: ['workflows'] });
      }}
    >
      <Form.Item name="name" label={shared.column.name} rules={[{ required: true, whitespace: true, message: shared.required }]}>
        <Input maxLength={50} />
      </Form.Item>
    </EditDialog>
  );
}
