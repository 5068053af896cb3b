// The decision about what a version asks for: each capability granted or refused, narrowed where that makes sense. For an open
// request it is the approval; for a ready version it changes the grants.
import { Alert, Card, Checkbox, Flex, Form, Input, Radio, Switch, Typography } from 'antd';
import { v2 } from '../api/client';
import { EditDialog } from '../parts/EditDialog';
import { useNotify } from '../parts/notify';
import { useText } from '../text/language';
import { ALL, decisionOf, DIRECTORY_SCOPES, entryOf, fieldsOf, grantOf, isUndecided, methodsOf, READ_SCOPES, takenBack, type RightsEntry } from './rights';
import { rightsTexts } from './rightsTexts';
import { pluginTexts } from './texts';
import type { Capability, Origin, Plugin, Scopes, Version } from './types';
import { usePluginRefresh } from './usePluginRefresh';
import { CAPABILITIES, headersOf, sentences } from './words';

interface Props {
  plugin: Plugin;
  version: Version | null;
  onClose: () => void;
}

export function RightsDialog({ plugin, version, onClose }: Props) {
  const t = useText(rightsTexts);
  const { version: named } = useText(pluginTexts);
  const notify = useNotify();
  const refresh = usePluginRefresh(plugin.id);
  const title = version ? t.decideTitle(named(version.number, version.label)) : '';

  async function save(entry: RightsEntry) {
    if (!version) return;
    const grants = decisionOf(version.requested, plugin.grants, entry);
    await v2('POST', `plugins/${plugin.id}/versions/${version.number}/approve`, { body: { grants } });
    notify.success(t.approved);
    await refresh();
  }

  return (
    <EditDialog<RightsEntry>
      open={version !== null}
      title={title}
      testId="rights-dialog"
      saveText={t.approve}
      initial={version ? entryOf(version.requested, plugin.grants, isUndecided(plugin)) : {}}
      onClose={onClose}
      onSave={save}
    >
      <Alert type="info" title={t.decideHelp} style={{ marginBottom: 16 }} />
      {version && <TakenBack plugin={plugin} version={version} />}
      {version && CAPABILITIES.map((capability) => <One key={capability} capability={capability} version={version} grants={plugin.grants} />)}
    </EditDialog>
  );
}

/** Grants are the plugin's: what this version does not ask for goes, for the active version too, where its capability is decided anew. */
function TakenBack({ plugin, version }: { plugin: Plugin; version: Version }) {
  const t = useText(rightsTexts);
  const entry = Form.useWatch((values: RightsEntry) => values);
  const gone = entry && !version.is_active ? takenBack(plugin.grants, decisionOf(version.requested, plugin.grants, entry)) : [];
  return gone.length === 0 ? null : <Alert type="warning" showIcon title={t.takenBack(gone.join('、'))} style={{ marginBottom: 16 }} data-testid="rights-taken-back" />;
}

interface PartProps {
  capability: Capability;
  version: Version;
  /** The plugin's, at present. */
  grants: Scopes;
}

function One({ capability, version, grants }: PartProps) {
  const t = useText(rightsTexts);
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
      <Narrowing capability={capability} version={version} grants={grants} />
    </Card>
  );
}

/** How a capability can be granted in part. */
function Narrowing({ capability, version, grants }: PartProps) {
  const t = useText(rightsTexts);
  const { requested } = version;
  switch (capability) {
    case 'tickets-read': {
      const most = READ_SCOPES.indexOf(requested['tickets-read']?.scope ?? 'own');
      return <Scope name="read" options={READ_SCOPES.slice(0, most + 1).map((value) => ({ value, label: t.scopeRead[value] }))} />;
    }
    case 'directory': {
      const most = DIRECTORY_SCOPES.indexOf(requested.directory?.scope ?? 'basic');
      return <Scope name="directory" options={DIRECTORY_SCOPES.slice(0, most + 1).map((value) => ({ value, label: t.scopeDirectory[value] }))} />;
    }
    case 'secrets':
      return <Some name="secrets" asked={requested.secrets?.names ?? []} least={2} />;
    case 'tickets-write':
      // without any field it may comment still
      return <Some name="write" asked={fieldsOf(requested)} given={fieldsOf(grants)} least={1} />;
    case 'http':
      return (requested.http?.origins ?? []).map((asked, index) => (
        <OnePlace key={asked.origin} index={index} asked={asked} given={grantOf(asked, grants)} />
      ));
    case 'kv':
      return null;
  }
}

function Scope({ name, options }: { name: string; options: { value: string; label: string | undefined }[] }) {
  const t = useText(rightsTexts);
  if (options.length < 2) return null;
  return (
    <Form.Item name={name} label={t.narrow} style={{ margin: '8px 0 0' }}>
      <Radio.Group options={options} />
    </Form.Item>
  );
}

interface SomeProps {
  name: string | (string | number)[];
  asked: string[];
  /** What is granted now; it can be kept where everything is asked for. */
  given?: string[];
  /** Fewer than so many are no choice. */
  least: number;
}

function Some({ name, asked, given = [], least }: SomeProps) {
  const t = useText(rightsTexts);
  const all = asked.includes(ALL) ? [...new Set([ALL, ...given])] : asked;
  if (all.length < least) return null;
  return (
    <Form.Item name={name} label={t.narrow} style={{ margin: '8px 0 0' }}>
      <Checkbox.Group options={all.map((value) => ({ value, label: value === ALL ? t.everything : value }))} />
    </Form.Item>
  );
}

function OnePlace({ index, asked, given }: { index: number; asked: Origin; given: Origin | undefined }) {
  const t = useText(rightsTexts);
  return (
    <Flex vertical style={{ marginTop: 8 }}>
      <Form.Item name={['http', index, 'granted']} valuePropName="checked" style={{ margin: 0 }}>
        <Checkbox className="gavia-mono">{asked.origin}</Checkbox>
      </Form.Item>
      <Some name={['http', index, 'methods']} asked={methodsOf(asked)} given={methodsOf(given)} least={2} />
      {!asked.origin.includes('*') && (
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
