// What a plugin's calls may use, kind by kind: the server's numbers, the plugin's wish, an administrator's own, what counts.
import { useQuery } from '@tanstack/react-query';
import { Button, Flex, Form, InputNumber, Skeleton, Table, Typography } from 'antd';
import { useMemo, useState } from 'react';
import { v2 } from '../api/client';
import { Failure } from '../parts/Failure';
import { useNotify } from '../parts/notify';
import { common } from '../text/common';
import { useText } from '../text/language';
import { limitTexts } from './limitTexts';
import { mergedGroups, useFollowing } from './merged';
import { useRefusal } from './refusal';
import { pluginTexts } from './texts';
import type { Plugin } from './types';
import { usePluginRefresh } from './usePluginRefresh';

type Numbers = Record<string, number | null>;

interface KindLimits {
  cap: Numbers;
  wish: Numbers;
  set: Numbers;
  effective: Numbers;
}

interface Limits {
  limits: Record<string, KindLimits>;
}

export function LimitsTab({ plugin }: { plugin: Plugin }) {
  const path = `plugins/${plugin.id}/limits`;
  const limits = useQuery({ queryKey: [path], queryFn: ({ signal }) => v2<Limits>('GET', path, { signal }) });
  // what was read before stays where reading it again fails
  if (limits.data) return <LimitsForm plugin={plugin} path={path} limits={limits.data.limits} />;
  if (limits.error) return <Failure error={limits.error} onRetry={() => void limits.refetch()} />;
  return <Skeleton active />;
}

function LimitsForm({ plugin, path, limits }: { plugin: Plugin; path: string; limits: Limits['limits'] }) {
  const t = useText(limitTexts);
  const { kindNames } = useText(pluginTexts);
  const shared = useText(common);
  const notify = useNotify();
  const refresh = usePluginRefresh(plugin.id);
  const [form] = Form.useForm();
  const refuse = useRefusal(form);
  const [busy, setBusy] = useState(false);
  const own = useMemo(() => ownNumbers(limits), [limits]);
  const loaded = useFollowing(form, own, mergedGroups<number>);

  async function save(entry: Record<string, Numbers>) {
    setBusy(true);
    try {
      const present = ownNumbers((await v2<Limits>('GET', path)).limits);
      await v2('PUT', path, { body: typedNumbers(mergedGroups(loaded.current, entry, present)) });
      notify.success(shared.saved);
      await refresh();
    } catch (error) {
      refuse(error);
    } finally {
      setBusy(false);
    }
  }

  return (
    <Form form={form} name="plugin-limits" initialValues={own} onFinish={(entry) => void save(entry)} data-testid="plugin-limits">
      <Typography.Paragraph type="secondary">{t.limitsHelp}</Typography.Paragraph>
      {Object.entries(limits).map(([kind, one]) => (
        <div key={kind} style={{ marginBottom: 16, maxWidth: 760 }}>
          <Typography.Title level={5}>{kindNames[kind] ?? kind}</Typography.Title>
          <Table
            size="small"
            rowKey="name"
            pagination={false}
            scroll={{ y: 420 }}
            dataSource={Object.keys(one.cap).map((name) => ({ name }))}
            columns={[
              { title: t.limit, width: '40%', render: (_, { name }) => <Named name={name} /> },
              { title: t.cap, align: 'end', render: (_, { name }) => one.cap[name] },
              { title: t.wish, align: 'end', render: (_, { name }) => one.wish[name] ?? '' },
              {
                title: t.own,
                align: 'end',
                render: (_, { name }) => (
                  <Form.Item name={[kind, name]} style={{ margin: 0 }}>
                    <InputNumber size="small" min={0} max={one.cap[name] ?? undefined} precision={0} aria-label={`${t.own} ${t.names[name] ?? name}`} />
                  </Form.Item>
                ),
              },
              { title: t.effective, align: 'end', render: (_, { name }) => <strong>{one.effective[name]}</strong> },
            ]}
          />
        </div>
      ))}
      <Flex>
        <Button type="primary" htmlType="submit" loading={busy} data-testid="plugin-limits-save">
          {shared.button.save}
        </Button>
      </Flex>
    </Form>
  );
}

/** A limit in words, with its key, which the manifest and the API name it by. */
function Named({ name }: { name: string }) {
  const t = useText(limitTexts);
  return (
    <>
      <div>{t.names[name]}</div>
      <Typography.Text type="secondary" className="gavia-mono">
        {name}
      </Typography.Text>
    </>
  );
}

/** What the form is about: an administrator's own numbers, kind by kind. */
function ownNumbers(limits: Limits['limits']): Record<string, Numbers> {
  return Object.fromEntries(Object.entries(limits).map(([kind, one]) => [kind, one.set]));
}

/** Without the empty ones. */
function typedNumbers(entry: Record<string, Numbers>): Record<string, Numbers> {
  const some = (numbers: Numbers) => Object.fromEntries(Object.entries(numbers).filter(([, number]) => number !== null && number !== undefined));
  return Object.fromEntries(Object.entries(entry).map(([kind, numbers]) => [kind, some(numbers)]));
}
