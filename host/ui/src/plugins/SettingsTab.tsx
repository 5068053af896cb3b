// A plugin's settings, as plain text, and its secrets, which can be set and deleted but never read.
import { useQuery } from '@tanstack/react-query';
import { Button, Card, Flex, Form, Input, Select, Skeleton, Tag, Typography } from 'antd';
import { useState } from 'react';
import { v2 } from '../api/client';
import { ActionButton } from '../parts/ActionButton';
import { Failure } from '../parts/Failure';
import { useNotify } from '../parts/notify';
import { localTime } from '../parts/time';
import { useAction } from '../parts/useAction';
import { common } from '../text/common';
import { useText } from '../text/language';
import { declaredSettings, settingsEntry } from './declared';
import { merged, useFollowing } from './merged';
import { useRefusal } from './refusal';
import { pluginTexts } from './texts';
import type { ManifestSetting, Plugin } from './types';
import { usePluginRefresh } from './usePluginRefresh';

export function SettingsTab({ plugin }: { plugin: Plugin }) {
  return (
    <Flex vertical gap={16} style={{ maxWidth: 760 }}>
      <Settings plugin={plugin} />
      <Secrets plugin={plugin} />
    </Flex>
  );
}

type Typed = Record<string, string | null | undefined>;

function Settings({ plugin }: { plugin: Plugin }) {
  const t = useText(pluginTexts);
  const shared = useText(common);
  const notify = useNotify();
  const refresh = usePluginRefresh(plugin.id);
  const [form] = Form.useForm();
  const refuse = useRefusal(form);
  const declared = declaredSettings(plugin);
  const [more, setMore] = useState('');
  const [added, setAdded] = useState<string[]>([]);
  const own = [...new Set([...Object.keys(plugin.config), ...added])].filter((key) => !declared.some((one) => one.key === key));
  const loaded = useFollowing<Typed>(form, plugin.config, merged<string>);
  const [busy, setBusy] = useState(false);

  async function save(entry: Typed) {
    setBusy(true);
    try {
      const path = `plugins/${plugin.id}/config`;
      const present = await v2<Record<string, string>>('GET', path);
      await v2('PUT', path, { body: settingsEntry(merged(loaded.current, entry, present)) });
      notify.success(shared.saved);
      await refresh();
      setAdded((keys) => keys.filter((key) => !(key in entry)));
    } catch (error) {
      refuse(error);
    } finally {
      setBusy(false);
    }
  }

  const ownSettings: ManifestSetting[] = own.map((key) => ({ key, kind: 'text', required: false, description: '' }));
  return (
    <Card size="small" title={t.config}>
      <Typography.Paragraph type="secondary">{declared.length > 0 ? t.configHelp : `${t.noSettings} ${t.configHelp}`}</Typography.Paragraph>
      <Form
        form={form}
        // in front of the fields' ids, which are the plugin's own words
        name="plugin-settings"
        layout="vertical"
        initialValues={plugin.config}
        onFinish={(entry) => void save(entry)}
        data-testid="plugin-settings"
      >
        {[...declared, ...ownSettings].map((setting) => (
          <Form.Item
            key={setting.key}
            name={setting.key}
            label={<span className="gavia-mono">{setting.key}</span>}
            extra={[setting.description, setting.default && t.default(setting.default)].filter(Boolean).join(' · ') || undefined}
            rules={[{ required: setting.required && setting.default === undefined, message: shared.required }]}
          >
            {setting.kind === 'boolean' ? (
              <Select allowClear options={['true', 'false'].map((value) => ({ value, label: value }))} />
            ) : (
              <Input type={setting.kind === 'url' ? 'url' : 'text'} inputMode={setting.kind === 'integer' ? 'numeric' : undefined} />
            )}
          </Form.Item>
        ))}
        <Flex gap={8} justify="space-between">
          <Flex gap={8}>
            <Input value={more} placeholder={t.key} aria-label={t.key} onChange={(event) => setMore(event.target.value)} style={{ width: 180 }} />
            <Button
              disabled={more.trim() === '' || own.includes(more.trim()) || declared.some((one) => one.key === more.trim())}
              onClick={() => {
                setAdded([...added, more.trim()]);
                setMore('');
              }}
            >
              {t.addSetting}
            </Button>
          </Flex>
          <Button type="primary" htmlType="submit" loading={busy} data-testid="plugin-settings-save">
            {shared.button.save}
          </Button>
        </Flex>
      </Form>
    </Card>
  );
}

interface Secret {
  name: string;
  set_by: string;
  set_at: string;
}

/** Nothing can be set before it is known what is there: to set a secret replaces it. */
function Secrets({ plugin }: { plugin: Plugin }) {
  const t = useText(pluginTexts);
  const path = `plugins/${plugin.id}/secrets`;
  const secrets = useQuery({ queryKey: [path], queryFn: ({ signal }) => v2<{ secrets: Secret[] }>('GET', path, { signal }) });
  return (
    <Card size="small" title={t.secrets}>
      <Typography.Paragraph type="secondary">{t.secretsHelp}</Typography.Paragraph>
      {secrets.data ? (
        <KnownSecrets plugin={plugin} path={path} there={secrets.data.secrets} />
      ) : secrets.error ? (
        <Failure error={secrets.error} onRetry={() => void secrets.refetch()} />
      ) : (
        <Skeleton active />
      )}
    </Card>
  );
}

function KnownSecrets({ plugin, path, there }: { plugin: Plugin; path: string; there: Secret[] }) {
  const t = useText(pluginTexts);
  const shared = useText(common);
  const { run, busy } = useAction();
  const refresh = usePluginRefresh(plugin.id);
  const [form] = Form.useForm<{ name: string; value: string }>();
  const asked = [...new Set(plugin.versions.flatMap((version) => version.requested.secrets?.names ?? []))];
  const missing = asked.filter((name) => !there.some((one) => one.name === name));

  async function set({ name, value }: { name: string; value: string }) {
    if (await run(() => v2('PUT', `${path}/${encodeURIComponent(name)}`, { body: { value } }), t.secretSet, refresh)) form.resetFields();
  }

  return (
    <>
      {there.map((secret) => (
        <Flex key={secret.name} gap={8} align="center" data-testid={`secret-${secret.name}`}>
          <span className="gavia-mono">{secret.name}</span>
          <Typography.Text type="secondary">
            {t.setAt} {localTime(secret.set_at)} · {secret.set_by}
          </Typography.Text>
          <ActionButton
            testId={`secret-delete-${secret.name}`}
            danger
            question={shared.confirmDelete(secret.name)}
            onClick={() => run(() => v2('DELETE', `${path}/${encodeURIComponent(secret.name)}`), shared.deleted, refresh)}
          >
            {shared.button.remove}
          </ActionButton>
        </Flex>
      ))}
      {missing.map((name) => (
        <Flex key={name} gap={8} align="center">
          <span className="gavia-mono">{name}</span> <Tag color="warning">{t.missing}</Tag>
          <Button type="link" size="small" onClick={() => form.setFieldValue('name', name)}>
            {t.setSecret}
          </Button>
        </Flex>
      ))}
      <Form form={form} layout="inline" onFinish={(entry) => void set(entry)} style={{ marginTop: 12, rowGap: 8 }}>
        <Form.Item name="name" rules={[{ required: true, message: shared.required }]}>
          <Input placeholder={t.secretName} aria-label={t.secretName} autoComplete="off" data-testid="secret-name" />
        </Form.Item>
        <Form.Item name="value" rules={[{ required: true, message: shared.required }]}>
          <Input.Password placeholder={t.secretValue} aria-label={t.secretValue} autoComplete="new-password" data-testid="secret-value" />
        </Form.Item>
        <Button htmlType="submit" loading={busy} data-testid="secret-set">
          {t.setSecret}
        </Button>
      </Form>
    </>
  );
}
