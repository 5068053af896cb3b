// What a plugin's calls may use, kind by kind: the server's numbers, the plugin's wish, an administrator's own, what counts.
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Flex, Form, InputNumber, Skeleton, Table, Typography } from 'antd';
import { useState } from 'react';
import { v2 } from '../api/client';
import { Failure } from '../parts/Failure';
import { useNotify } from '../parts/notify';
import { common } from '../text/common';
import { useText } from '../text/language';
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
  if (limits.error) return <Failure error={limits.error} onRetry={() => void limits.refetch()} />;
  if (!limits.data) return <Skeleton active />;
  return <LimitsForm key={limits.dataUpdatedAt} path={path} limits={limits.data.limits} />;
}

function LimitsForm({ path, limits }: { path: string; limits: Record<string, KindLimits> }) {
  const t = useText(pluginTexts);
  const shared = useText(common);
  const notify = useNotify();
  const queries = useQueryClient();
  const [busy, setBusy] = useState(false);

  async function save(entry: Record<string, Numbers>) {
    setBusy(true);
    try {
      await v2('PUT', path, { body: typedNumbers(entry) });
      notify.success(shared.saved);
      await queries.invalidateQueries({ queryKey: [path] });
    } catch (error) {
      notify.failure(error);
    } finally {
      setBusy(false);
    }
  }

  const initial = Object.fromEntries(Object.entries(limits).map(([kind, one]) => [kind, one.set]));
  return (
    <Form initialValues={initial} onFinish={(entry) => void save(entry)} data-testid="plugin-limits">
      <Typography.Paragraph type="secondary">{t.limitsHelp}</Typography.Paragraph>
      {Object.entries(limits).map(([kind, one]) => (
        <div key={kind} style={{ marginBottom: 16, maxWidth: 760 }}>
          <Typography.Title level={5}>{t.kindNames[kind] ?? kind}</Typography.Title>
          <Table
            size="small"
            rowKey="name"
            pagination={false}
            scroll={{ y: 420 }}
            dataSource={Object.keys(one.cap).map((name) => ({ name }))}
            columns={[
              { title: t.limit, dataIndex: 'name', render: (name: string) => <span className="gavia-mono">{name}</span> },
              { title: t.cap, align: 'end', render: (_, { name }) => one.cap[name] },
              { title: t.wish, align: 'end', render: (_, { name }) => one.wish[name] ?? '' },
              {
                title: t.own,
                align: 'end',
                render: (_, { name }) => (
                  <Form.Item name={[kind, name]} noStyle>
                    <InputNumber size="small" min={0} max={one.cap[name] ?? undefined} precision={0} aria-label={`${t.own} ${name}`} />
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

/** Without the empty ones. */
function typedNumbers(entry: Record<string, Numbers>): Record<string, Numbers> {
  const some = (numbers: Numbers) => Object.fromEntries(Object.entries(numbers).filter(([, number]) => number !== null && number !== undefined));
  return Object.fromEntries(Object.entries(entry).map(([kind, numbers]) => [kind, some(numbers)]));
}
