// Run scripts: entries that states of type script name; what they run is a plugin.
import { useQueryClient } from '@tanstack/react-query';
import { Button, Form, Input, Switch, Tag, type TableProps } from 'antd';
import { useState } from 'react';
import { v1 } from '../api/client';
import { ActionButton } from '../parts/ActionButton';
import { changesOf } from '../parts/changesOf';
import { EditDialog } from '../parts/EditDialog';
import { useNotify } from '../parts/notify';
import { PagedTable } from '../parts/PagedTable';
import { PageHead } from '../parts/PageHead';
import { common } from '../text/common';
import { useText } from '../text/language';
import { ProgramFields } from './ProgramField';
import { formOf, scriptEntry, sentScript, type ScriptEntry } from './programEntries';
import { workflowTexts } from './texts';
import type { RunScript } from './types';
import { useForcedDelete } from './useForcedDelete';

const SCRIPTS = 'workflows/run_scripts';

export function Page() {
  const t = useText(workflowTexts);
  const shared = useText(common);
  const remove = useForcedDelete([[SCRIPTS]]);
  const [edit, setEdit] = useState<{ script: RunScript | null } | null>(null);
  const columns: TableProps<RunScript>['columns'] = [
    { title: shared.column.id, dataIndex: 'id' },
    { title: shared.column.name, dataIndex: 'name' },
    { title: shared.column.description, dataIndex: 'description' },
    { title: t.savedName, dataIndex: 'saved_name', render: (name: string) => <span className="gavia-mono">{name}</span> },
    {
      title: t.scriptActive,
      render: (_, row) => <Tag color={row.is_active ? 'success' : 'default'}>{row.is_active ? shared.yes : shared.no}</Tag>,
    },
    { title: shared.column.creator, dataIndex: 'creator' },
    { title: shared.column.created, dataIndex: 'gmt_created' },
    {
      title: shared.column.actions,
      fixed: 'right',
      render: (_, row) => (
        <>
          <ActionButton testId={`script-edit-${row.id}`} onClick={() => setEdit({ script: row })}>
            {shared.button.edit}
          </ActionButton>
          <ActionButton
            testId={`script-delete-${row.id}`}
            danger
            question={t.confirmScriptDelete(row.name)}
            onClick={() => remove(`${SCRIPTS}/${row.id}`, t.forceDelete)}
          >
            {shared.button.remove}
          </ActionButton>
        </>
      ),
    },
  ];
  return (
    <>
      <PageHead
        title={shared.menu.runScripts}
        help={t.scriptsPageHelp}
        extra={
          <Button type="primary" data-testid="script-create" onClick={() => setEdit({ script: null })}>
            {t.scriptCreate}
          </Button>
        }
      />
      <PagedTable<RunScript> path={SCRIPTS} columns={columns} testId="scripts" searchHint={t.scriptSearch} />
      <ScriptDialog open={edit !== null} script={edit?.script ?? null} onClose={() => setEdit(null)} />
    </>
  );
}

function ScriptDialog({ open, script, onClose }: { open: boolean; script: RunScript | null; onClose: () => void }) {
  const t = useText(workflowTexts);
  const shared = useText(common);
  const notify = useNotify();
  const queries = useQueryClient();

  async function save(entry: ScriptEntry) {
    const changes = changesOf(script && sentScript(scriptEntry(script)), sentScript(entry));
    if (!changes) return;
    await v1('POST', script ? `${SCRIPTS}/${script.id}` : SCRIPTS, { body: formOf(changes) });
    notify.success(shared.saved);
    await queries.invalidateQueries({ queryKey: [SCRIPTS] });
  }

  return (
    <EditDialog<ScriptEntry>
      open={open}
      title={script ? t.scriptEdit(script.name) : t.scriptCreate}
      testId="script-dialog"
      initial={script ? scriptEntry(script) : { script_desc: '', is_active: true }}
      onClose={onClose}
      onSave={save}
    >
      <Form.Item name="script_name" label={shared.column.name} rules={[{ required: true, whitespace: true, message: shared.required }]}>
        <Input maxLength={50} />
      </Form.Item>
      <Form.Item name="script_desc" label={shared.column.description}>
        <Input maxLength={100} />
      </Form.Item>
      <ProgramFields kind="action" />
      <Form.Item name="is_active" label={t.scriptActive} extra={t.scriptActiveHelp} valuePropName="checked">
        <Switch />
      </Form.Item>
    </EditDialog>
  );
}
