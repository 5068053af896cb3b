// What a plugin's calls may use, kind by kind: the server's numbers, the plugin's wish, an administrator's own, what counts.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Flex, Form, InputNumber, Skeleton, Table, Typography } from 'antd';
import { useState } from 'react';
import { v2 } from '../api/client';
import { Failure } from '../parts/Failure';
import { useNotify } from '../parts/notify';
import { common } from '../text/common';
import { useText } from '../text/language';
import { limitTexts } from './limitTexts';
import { useRefusal } from './refusal';
import { pluginTexts } from './texts';
import type { Plugin } from './types';

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
  // what was read before stays where reading it again fails, and keeps what is typed unless the server has other numbers by now
  if (limits.data) return <LimitsForm key={JSON.stringify(limits.data.limits)} path={path} limits={limits.data.limits} />;
  if (limits.error) return <Failure error={limits.error} onRetry={() => void limits.refetch()} />;
  return <Skeleton active />;
}

function LimitsForm({ path, limits }: { path: string; limits: Record<string, KindLimits> }) {
  const t = useText(limitTexts);
  const { kindNames } = useText(pluginTexts);
  const shared = useText(common);
  const notify = useNotify();
  const queries = useQueryClient();
  const [form] = Form.useForm();
  const refuse = useRefusal(form);
  const [busy, setBusy] = useState(false);

  async function save(entry: Record<string, Numbers>) {
    setBusy(true);
    try {
      await v2('PUT', path, { body: typedNumbers(entry) });
      notify.success(shared.saved);
      await queries.invalidateQueries({ queryKey: [path] });
    } catch (error) {
      refuse(error);
    } finally {
      setBusy(false);
    }
  }

  const initial = Object.fromEntries(Object.entries(limits).map(([kind, one]) => [kind, one.set]));
  return (
    <Form form={form} name="plugin-limits" initialValues={initial} onFinish={(entry) => void save(entry)} data-testid="plugin-limits">
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

/** Without the empty ones. */
function typedNumbers(entry: Record<string, Numbers>): Record<string, Numbers> {
  const some = (numbers: Numbers) => Object.fromEntries(Object.entries(numbers).filter(([, number]) => number !== null && number !== undefined));
  return Object.fromEntries(Object.entries(entry).map(([kind, numbers]) => [kind, some(numbers)]));
}
