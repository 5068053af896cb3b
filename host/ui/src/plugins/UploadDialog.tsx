// Upload of a plugin's file, with progress. What the server then says of it stands on the plugin's own page.
import { UploadOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Form, Input, Progress, Upload, type UploadFile } from 'antd';
import { useEffect, useRef, useState } from 'react';
import { uploadV2 } from '../api/upload';
import { EditDialog } from '../parts/EditDialog';
import { useNotify } from '../parts/notify';
import { common } from '../text/common';
import { useText } from '../text/language';
import { pluginTexts } from './texts';
import type { Uploaded } from './types';
import { uploadedText } from './uploadedText';
import { refreshPlugin } from './usePluginRefresh';

interface Entry {
  file: UploadFile[];
  name?: string;
  manifest?: string;
}

interface Props {
  open: boolean;
  /** The plugin that gets a new version unless another name is typed; none, the name in the file counts. */
  name?: string;
  onClose: () => void;
  onUploaded: (uploaded: Uploaded) => void;
}

export function UploadDialog({ open, name: given, onClose, onUploaded }: Props) {
  const t = useText(pluginTexts);
  const shared = useText(common);
  const queries = useQueryClient();
  const notify = useNotify();
  const [part, setPart] = useState<number | null>(null);
  const opening = useRef<AbortSignal | null>(null);
  // an upload may end long after the dialog or its page was left; nobody is led anywhere by it then
  useEffect(() => {
    const leaving = new AbortController();
    opening.current = leaving.signal;
    return () => leaving.abort();
  }, [open]);

  async function save({ file, name, manifest }: Entry) {
    const form = new FormData();
    if (name?.trim()) form.set('name', name.trim());
    if (manifest?.trim()) form.set('manifest', manifest);
    const chosen = file[0];
    if (chosen?.originFileObj) form.set('file', chosen.originFileObj as File, chosen.name);
    const left = opening.current;
    setPart(0);
    try {
      const uploaded = await uploadV2<Uploaded>('plugins', form, setPart);
      // said also to who has gone on
      notify.success(uploadedText(uploaded, t));
      await refreshPlugin(queries, uploaded.plugin_id);
      if (!left?.aborted) onUploaded(uploaded);
    } finally {
      setPart(null);
    }
  }

  return (
    <EditDialog<Entry> open={open} title={t.uploadTitle} testId="upload-dialog" initial={{ name: given }} saveText={t.upload} onClose={onClose} onSave={save}>
      <Alert type="info" title={t.uploadHelp} style={{ marginBottom: 16 }} />
      <Form.Item
        name="file"
        label={t.file}
        valuePropName="fileList"
        getValueFromEvent={(event: { fileList: UploadFile[] }) => event.fileList}
        rules={[{ required: true, message: shared.required }]}
      >
        <Upload accept=".wasm,.wat,application/wasm" maxCount={1} beforeUpload={() => false}>
          <Button icon={<UploadOutlined />} data-testid="upload-file">
            {t.chooseFile}
          </Button>
        </Upload>
      </Form.Item>
      <Form.Item name="name" label={t.name} extra={t.nameHelp}>
        <Input maxLength={100} />
      </Form.Item>
      <Form.Item name="manifest" label={t.manifest} extra={t.manifestHelp}>
        <Input.TextArea className="gavia-mono" spellCheck={false} autoSize={{ minRows: 2, maxRows: 14 }} />
      </Form.Item>
      {part !== null && (
        <div aria-live="polite" data-testid="upload-progress">
          <Progress percent={Math.round(part * 100)} status="active" />
          {part >= 1 && t.compiling}
        </div>
      )}
    </EditDialog>
  );
}
