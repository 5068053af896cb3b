// One plugin: versions with their rights, settings and secrets, limits, calls, a try without effects, audit.
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Flex, Skeleton, Tabs, Tag, Tooltip } from 'antd';
import { useState } from 'react';
import { useNavigate, useParams, useSearchParams } from 'react-router';
import { v2 } from '../api/client';
import { AuditTable } from '../operations/AuditPage';
import { Failure } from '../parts/Failure';
import { PageHead } from '../parts/PageHead';
import { localTime } from '../parts/time';
import { useAction } from '../parts/useAction';
import { common } from '../text/common';
import { useText } from '../text/language';
import { CallsTab } from './CallsTab';
import { LimitsTab } from './LimitsTab';
import { SettingsTab } from './SettingsTab';
import { pluginTexts } from './texts';
import { TryTab } from './TryTab';
import type { Plugin } from './types';
import { UploadDialog } from './UploadDialog';
import { usePluginRefresh } from './usePluginRefresh';
import { VersionsTab } from './VersionsTab';

const COMPILING_MS = 1_500;

export function Page() {
  const id = Number(useParams().id);
  const plugin = useQuery({
    queryKey: ['plugins', id],
    queryFn: ({ signal }) => v2<Plugin>('GET', `plugins/${id}`, { signal }),
    // the server compiles on after its answer to the upload
    refetchInterval: (query) => (query.state.data?.versions.some((one) => one.status === 'compiling') ? COMPILING_MS : false),
  });
  // a later read that fails takes nothing away that is being typed
  if (plugin.data) return <Shown key={id} plugin={plugin.data} busy={plugin.isFetching} />;
  if (plugin.error) return <Failure error={plugin.error} onRetry={() => void plugin.refetch()} />;
  return <Skeleton active />;
}

function Shown({ plugin, busy }: { plugin: Plugin; busy: boolean }) {
  const t = useText(pluginTexts);
  const shared = useText(common);
  const refresh = usePluginRefresh(plugin.id);
  const navigate = useNavigate();
  const [search, setSearch] = useSearchParams();
  const tab = search.get('tab') ?? 'versions';
  const [uploading, setUploading] = useState(false);
  const { run } = useAction();
  return (
    <>
      <PageHead
        title={plugin.name}
        help={plugin.description}
        extra={
          <>
            <Button onClick={() => void refresh()} loading={busy} data-testid="plugin-refresh">
              {shared.button.refresh}
            </Button>
            <Button data-testid="plugin-upload" onClick={() => setUploading(true)}>
              {t.upload}
            </Button>
          </>
        }
      />
      <Flex gap={4} wrap style={{ marginBottom: 8 }}>
        {plugin.kinds.map((kind) => (
          <Tooltip key={kind} title={t.kindHelp[kind]}>
            <Tag color="blue">{t.kindNames[kind] ?? kind}</Tag>
          </Tooltip>
        ))}
        <UsedBy plugin={plugin} />
      </Flex>
      {plugin.breaker.open && (
        <Alert
          type="error"
          showIcon
          data-testid="breaker-open"
          title={t.breakerOpen}
          description={t.breakerHelp(plugin.breaker.failures, localTime(plugin.breaker.until))}
          action={
            <Button data-testid="breaker-reset" onClick={() => void run(() => v2('POST', `plugins/${plugin.id}/reset`), t.breakerReset, refresh)}>
              {t.breakerResume}
            </Button>
          }
        />
      )}
      <Tabs
        activeKey={tab}
        onChange={(next) => setSearch({ tab: next }, { replace: true })}
        items={[
          { key: 'versions', label: t.versions, children: <VersionsTab plugin={plugin} /> },
          { key: 'settings', label: t.settings, children: <SettingsTab plugin={plugin} /> },
          { key: 'limits', label: t.limits, children: <LimitsTab plugin={plugin} /> },
          { key: 'calls', label: t.calls, children: <CallsTab plugin={plugin} isShown={tab === 'calls'} /> },
          { key: 'try', label: t.try, children: <TryTab plugin={plugin} /> },
          { key: 'audit', label: t.audit, children: <AuditTable path={`plugins/${plugin.id}/audit`} /> },
        ]}
      />
      <UploadDialog
        open={uploading}
        name={plugin.name}
        onClose={() => setUploading(false)}
        // another name may have been typed
        onUploaded={(one) => one.plugin_id !== plugin.id && void navigate(`/plugins/${one.plugin_id}`)}
      />
    </>
  );
}

function UsedBy({ plugin }: { plugin: Plugin }) {
  const t = useText(pluginTexts);
  const { action_of_states, participants_of_states, conditions_of_workflows, notices } = plugin.used_by;
  const uses = [
    ...[...action_of_states, ...participants_of_states].map((one) => t.usedState(one.workflow, one.state)),
    ...conditions_of_workflows.map(t.usedCondition),
    ...notices.map(t.usedNotice),
  ];
  if (uses.length === 0) return <Tag>{t.unused}</Tag>;
  return uses.map((use) => (
    <Tag key={use} color="green">
      {t.usedBy}: {use}
    </Tag>
  ));
}
