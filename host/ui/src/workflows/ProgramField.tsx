// What a notice or a run script runs: a plugin by name, or a file that becomes one.
import { UploadOutlined } from '@ant-design/icons';
import { Button, Form, Upload } from 'antd';
import type { UploadFile } from 'antd';
import { PluginPicker, type PluginKind } from '../plugins/PluginPicker';
import { useText } from '../text/language';
import { workflowTexts } from './texts';

export function ProgramFields({ kind }: { kind: PluginKind }) {
  const t = useText(workflowTexts);
  return (
    <>
      <Form.Item name="plugin" label={t.program} extra={t.programHelp}>
        <PluginPicker kind={kind} />
      </Form.Item>
      <Form.Item name="file" label={t.file} valuePropName="fileList" getValueFromEvent={(event: { fileList: UploadFile[] }) => event.fileList}>
        <Upload accept=".wasm,application/wasm" maxCount={1} beforeUpload={() => false}>
          <Button icon={<UploadOutlined />}>{t.chooseFile}</Button>
        </Upload>
      </Form.Item>
    </>
  );
}
