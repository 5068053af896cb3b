// Form of a new or an existing notice.
import { useQueryClient } from '@tanstack/react-query';
import { Form, Input, Radio } from 'antd';
import { v1 } from '../api/client';
import { changesOf } from '../parts/changesOf';
import { EditDialog } from '../parts/EditDialog';
import { useNotify } from '../parts/notify';
import { common } from '../text/common';
import { useText } from '../text/language';
import { NOTICES } from './NoticesPage';
import { ProgramFields } from './ProgramField';
import { formOf, noticeEntry, sentNotice, type NoticeEntry } from './programEntries';
import { workflowTexts } from './texts';
import type { Notice } from './types';

const BLANK: Partial<NoticeEntry> = {
  notice_desc: '',
  type_id: 1,
  title_template: '你有一个待办工单:{title}',
  content_template: '标题:{title}, 创建时间:{gmt_created}',
};

export function NoticeDialog({ open, notice, onClose }: { open: boolean; notice: Notice | null; onClose: () => void }) {
  const t = useText(workflowTexts);
  const shared = useText(common);
  const notify = useNotify();
  const queries = useQueryClient();

  async function save(entry: NoticeEntry) {
    const changes = changesOf(notice && sentNotice(noticeEntry(notice)), sentNotice(entry));
    if (!changes) return;
    await v1('POST', notice ? `${NOTICES}/${notice.id}` : NOTICES, { body: formOf(changes) });
    notify.success(shared.saved);
    await queries.invalidateQueries({ queryKey: [NOTICES] });
  }

  return (
    <EditDialog<NoticeEntry>
      open={open}
      title={notice ? t.noticeEdit(notice.name) : t.noticeCreate}
      testId="notice-dialog"
      initial={notice ? noticeEntry(notice) : BLANK}
      onClose={onClose}
      onSave={save}
    >
      <Form.Item name="notice_name" label={shared.column.name} rules={[{ required: true, whitespace: true, message: shared.required }]}>
        <Input maxLength={50} />
      </Form.Item>
      <Form.Item name="notice_desc" label={shared.column.description}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="title_template" label={t.titleTemplate} extra={t.templateHelp}>
        <Input maxLength={50} />
      </Form.Item>
      <Form.Item name="content_template" label={t.contentTemplate} extra={t.templateHelp}>
        <Input.TextArea maxLength={1000} autoSize={{ minRows: 2, maxRows: 8 }} />
      </Form.Item>
      <Form.Item name="type_id" label={t.way}>
        <Radio.Group
          options={[
            { value: 1, label: t.wayPlugin },
            { value: 2, label: t.wayHook },
          ]}
        />
      </Form.Item>
      <Form.Item noStyle shouldUpdate={(before: NoticeEntry, after: NoticeEntry) => before.type_id !== after.type_id}>
        {({ getFieldValue }) => (getFieldValue('type_id') === 2 ? <HookFields isNew={notice?.type_id !== 2} /> : <ProgramFields kind="notice" />)}
      </Form.Item>
    </EditDialog>
  );
}

/** A webhook's calls are signed, so a new one needs its token. */
function HookFields({ isNew }: { isNew: boolean }) {
  const t = useText(workflowTexts);
  const shared = useText(common);
  return (
    <>
      <Form.Item name="hook_url" label={t.hookUrl} rules={[{ required: true, message: shared.required }]}>
        <Input type="url" placeholder="https://" />
      </Form.Item>
      <Form.Item
        name="hook_token"
        label={t.hookToken}
        extra={isNew ? t.hookTokenHelp : t.hookTokenKept}
        rules={[{ required: isNew, message: shared.required }]}
      >
        <Input.Password autoComplete="off" />
      </Form.Item>
    </>
  );
}
