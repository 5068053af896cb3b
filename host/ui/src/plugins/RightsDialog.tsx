// The decision about what a version asks for: each capability granted or refused, narrowed where that makes sense. For an open
// request it is the approval; for a ready version it changes the grants.
import { useQueryClient } from '@tanstack/react-query';
import { Alert, Card, Checkbox, Flex, Form, Input, Radio, Switch, Typography } from 'antd';
import { v2 } from '../api/client';
import { EditDialog } from '../parts/EditDialog';
import { useNotify } from '../parts/notify';
import { useText } from '../text/language';
import { decisionOf, entryOf, type RightsEntry } from './rights';
import { pluginTexts } from './texts';
import type { Capability, Plugin, Version } from './types';
import { CAPABILITIES, headersOf, sentences } from './words';

interface Props {
  plugin: Plugin;
  version: Version | null;
  onClose: () => void;
}

export function RightsDialog({ plugin, version, onClose }: Props) {
  const t = useText(pluginTexts);
  const notify = useNotify();
  const queries = useQueryClient();
  const title = version ? t.decideTitle(t.version(version.number, version.label)) : '';

  async function save(entry: RightsEntry) {
    if (!version) return;
    const grants = decisionOf(version.requested, entry);
    await v2('POST', `plugins/${plugin.id}/versions/${version.number}/approve`, { body: { grants } });
    notify.success(t.approved);
    await queries.invalidateQueries({ queryKey: ['plugins'] });
  }

  return (
    <EditDialog<RightsEntry>
      open={version !== null}
      title={title}
      testId="rights-dialog"
      saveText={t.approve}
      initial={version ? entryOf(version.requested, plugin.grants, version.status === 'needs_approval') : {}}
      onClose={onClose}
      onSave={save}
    >
      <Alert type="info" title={t.decideHelp} style={{ marginBottom: 16 }} />
      {version && CAPABILITIES.map((capability) => <One key={capability} capability={capability} version={version} />)}
    </EditDialog>
  );
}

function One({ capability, version }: { capability: Capability; version: Version }) {
  const t = useText(pluginTexts);
  const lines = sentences(capability, version.requested, t.words);
  if (lines.length === 0) return null;
  const reasons = (version.manifest?.capabilities ?? []).filter((one) => one.grant === capability).map((one) => one.reason);
  return (
    <Card size="small" style={{ marginBottom: 12 }}>
      {lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
      {reasons.length > 0 && (
        <Typography.Text type="secondary">
          {t.because}: {reasons.join('；')}
        </Typography.Text>
      )}
      <Form.Item name={['granted', capability]} style={{ margin: '8px 0 0' }}>
        <Radio.Group
          data-testid={`right-${capability}`}
          optionType="button"
          options={[
            { value: true, label: <span data-testid={`grant-${capability}`}>{t.grant}</span> },
            { value: false, label: <span data-testid={`refuse-${capability}`}>{t.refuse}</span> },
          ]}
        />
      </Form.Item>
      <Narrowing capability={capability} version={version} />
    </Card>
  );
}

/** How a capability can be granted in part. */
function Narrowing({ capability, version }: { capability: Capability; version: Version }) {
  const t = useText(pluginTexts);
  const { requested } = version;
  switch (capability) {
    case 'tickets-read': {
      const scopes = ['own', 'workflow', 'all'];
      const most = scopes.indexOf(requested['tickets-read']?.scope ?? 'own');
      return <Scope name="read" options={scopes.slice(0, most + 1).map((value) => ({ value, label: t.scopeRead[value] }))} />;
    }
    case 'directory': {
      const scopes = requested.directory?.scope === 'contact' ? ['basic', 'contact'] : ['basic'];
      return <Scope name="directory" options={scopes.map((value) => ({ value, label: t.scopeDirectory[value] }))} />;
    }
    case 'secrets':
      return <Some name="secrets" all={requested.secrets?.names ?? []} />;
    case 'tickets-write': {
      const fields = requested['tickets-write']?.fields;
      return Array.isArray(fields) && fields.length > 1 ? <Some name="write" all={fields} /> : null;
    }
    case 'http':
      return (requested.http?.origins ?? []).map((origin, index) => <Origins key={origin.origin} index={index} origin={origin.origin} />);
    case 'kv':
      return null;
  }
}

function Scope({ name, options }: { name: string; options: { value: string; label: string | undefined }[] }) {
  const t = useText(pluginTexts);
  if (options.length < 2) return null;
  return (
    <Form.Item name={name} label={t.narrow} style={{ margin: '8px 0 0' }}>
      <Radio.Group options={options} />
    </Form.Item>
  );
}

function Some({ name, all }: { name: string; all: string[] }) {
  const t = useText(pluginTexts);
  if (all.length < 2) return null;
  return (
    <Form.Item name={name} label={t.narrow} style={{ margin: '8px 0 0' }}>
      <Checkbox.Group options={all} />
    </Form.Item>
  );
}

function Origins({ index, origin }: { index: number; origin: string }) {
  const t = useText(pluginTexts);
  return (
    <Flex vertical style={{ marginTop: 8 }}>
      <Form.Item name={['http', index, 'granted']} valuePropName="checked" style={{ margin: 0 }}>
        <Checkbox className="gavia-mono">{origin}</Checkbox>
      </Form.Item>
      {!origin.includes('*') && (
        <Form.Item name={['http', index, 'private']} label={t.privateNetwork} valuePropName="checked" layout="horizontal" style={{ margin: 0 }}>
          <Switch size="small" />
        </Form.Item>
      )}
      <Form.Item
        name={['http', index, 'headers']}
        label={t.headers}
        extra={t.headersHelp}
        rules={[
          {
            validator: (_, text: string | undefined) =>
              headersOf(text ?? '') === null ? Promise.reject(new Error(t.headersWrong)) : Promise.resolve(),
          },
        ]}
      >
        <Input.TextArea className="gavia-mono" autoSize={{ minRows: 1, maxRows: 6 }} placeholder="authorization: Bearer API_TOKEN" />
      </Form.Item>
    </Flex>
  );
}
