// The versions of a plugin: what each asks for in plain words, what it may do, and what can be done with it.
import { Alert, Button, Card, Flex, Tag, Typography } from 'antd';
import { useState } from 'react';
import { v2 } from '../api/client';
import { ActionButton } from '../parts/ActionButton';
import { localTime } from '../parts/time';
import { useAction } from '../parts/useAction';
import { useText } from '../text/language';
import { RightsDialog } from './RightsDialog';
import { rightsTexts } from './rightsTexts';
import { pluginTexts } from './texts';
import type { Plugin, Version, VersionStatus } from './types';
import { usePluginRefresh } from './usePluginRefresh';
import { bytesText, CAPABILITIES, sentences } from './words';

const COLOURS: Record<VersionStatus, string> = {
  compiling: 'processing',
  needs_approval: 'warning',
  ready: 'success',
  rejected: 'error',
  retired: 'default',
};

/** What the server keeps of a reason. */
const REASON_MOST = 500;

export function VersionsTab({ plugin }: { plugin: Plugin }) {
  const t = useText(pluginTexts);
  const { run } = useAction();
  // as they were when the dialog was opened: what somebody else decides meanwhile is not undone by what was not touched in it
  const [decided, setDecided] = useState<{ plugin: Plugin; version: Version } | null>(null);
  const refresh = usePluginRefresh(plugin.id);
  const post = (path: string, text: string, body?: unknown) => run(() => v2('POST', `plugins/${plugin.id}/${path}`, { body }), text, refresh);
  const ordered = [...plugin.versions].sort((a, b) => b.number - a.number);
  return (
    <Flex vertical gap={12}>
      <div>
        <ActionButton testId="plugin-roll-back" question={t.confirmRollBack} onClick={() => post('roll_back', t.rolledBack)}>
          {t.rollBack}
        </ActionButton>
      </div>
      {ordered.map((version) => (
        <VersionCard key={version.number} version={version} post={post} onDecide={() => setDecided({ plugin, version })} />
      ))}
      <RightsDialog plugin={decided?.plugin ?? plugin} version={decided?.version ?? null} onClose={() => setDecided(null)} />
    </Flex>
  );
}

interface CardProps {
  version: Version;
  post: (path: string, text: string, body?: unknown) => Promise<boolean>;
  onDecide: () => void;
}

function VersionCard({ version, post, onDecide }: CardProps) {
  const t = useText(pluginTexts);
  const { decide } = useText(rightsTexts);
  const name = t.version(version.number, version.label);
  const path = `versions/${version.number}`;
  const open = version.status === 'ready' || version.status === 'needs_approval';
  const testId = (what: string) => `version-${what}-${version.number}`;
  return (
    <Card
      size="small"
      data-testid={testId('card')}
      title={
        <Flex gap={8} align="center" wrap>
          {name}
          <Tag color={COLOURS[version.status]} data-testid={testId('status')} data-status={version.status}>
            {t.statuses[version.status] ?? version.status}
          </Tag>
          {version.is_active && <Tag color="blue">{t.isActive}</Tag>}
        </Flex>
      }
      extra={
        <>
          {open && (
            <Button size="small" type={version.status === 'needs_approval' ? 'primary' : 'default'} onClick={onDecide} data-testid={testId('decide')}>
              {version.status === 'needs_approval' ? decide : t.rights}
            </Button>
          )}
          {version.status === 'ready' && !version.is_active && (
            <ActionButton testId={testId('activate')} question={t.confirmActivate(name)} onClick={() => post(`${path}/activate`, t.activated)}>
              {t.activate}
            </ActionButton>
          )}
          {version.status === 'needs_approval' && (
            <ActionButton
              testId={testId('reject')}
              danger
              question={t.confirmReject}
              reason={{ label: t.rejectReason, most: REASON_MOST }}
              onClick={(reason) => post(`${path}/refuse`, t.rejected, { reason })}
            >
              {t.reject}
            </ActionButton>
          )}
          {open && !version.is_active && (
            <ActionButton testId={testId('retire')} danger question={t.confirmRetire} onClick={() => post(`${path}/retire`, t.retired)}>
              {t.retire}
            </ActionButton>
          )}
        </>
      }
    >
      {version.reason && <Alert type="error" title={version.reason} style={{ marginBottom: 8 }} />}
      <Report version={version} />
    </Card>
  );
}

function Report({ version }: { version: Version }) {
  const t = useText(pluginTexts);
  const rights = useText(rightsTexts);
  const asks = CAPABILITIES.flatMap((capability) =>
    sentences(capability, version.requested, rights.words).map((words) => ({ words, withheld: version.withheld.includes(capability) })),
  );
  const { report } = version;
  return (
    <>
      {asks.length === 0 ? (
        <Typography.Paragraph style={{ marginBottom: 8 }}>{rights.asksNothing}</Typography.Paragraph>
      ) : (
        <>
          {rights.asks}
          <ul style={{ margin: '4px 0 8px' }}>
            {asks.map(({ words, withheld }) => (
              <li key={words}>
                {words} {withheld && <Tag color="error">✕</Tag>}
              </li>
            ))}
          </ul>
        </>
      )}
      <Typography.Text type="secondary">
        {version.kinds.map((kind) => `${t.kindNames[kind] ?? kind}: ${t.kindHelp[kind] ?? ''}`).join('；')}
        <br />
        {t.uploaded} {localTime(version.uploaded_at)} · {t.by} {version.uploaded_by}
        {report.size !== undefined && ` · ${bytesText(report.size)}`}
        {version.manifest?.licence && ` · ${t.licence} ${version.manifest.licence}`}
        <br />
        {t.imports}: <span className="gavia-mono">{report.imports?.join(', ') || t.noImports}</span>
        <br />
        {t.digest} <span className="gavia-mono" style={{ overflowWrap: 'anywhere' }}>{report.sha256}</span>
      </Typography.Text>
    </>
  );
}
