// What a notice or a run script runs: a plugin by name, or a file that becomes one.
import { UploadOutlined } from '@ant-design/icons';
import { Button, Form, Upload } from 'antd';
import type { UploadFile } from 'antd';
import { PluginPicker, type PluginKind } from '../plugins/PluginPicker';
import { useText } from '../text/language';
import { workflowTexts } from './texts';

export interface Program {
  plugin?: string;
  file?: UploadFile[];
}

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

/** A form of the old upload calls: texts, and the program if one was chosen. */
export function programForm(texts: Record<string, string | undefined>, program: Program): FormData {
  const form = new FormData();
  for (const [name, text] of Object.entries(texts)) {
    if (text !== undefined) form.set(name, text);
  }
  const file = program.file?.[0]?.originFileObj;
  if (file) form.set('file', file as File, file.name);
  else if (program.plugin) form.set('plugin', program.plugin);
  return form;
}
