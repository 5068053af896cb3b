// The audit: who changed what, newest first, with what was before and after.
import { Empty, Flex, Input, Select, type TableProps } from 'antd';
import { useState } from 'react';
import type { Schema } from '../api/types';
import { Changes } from '../parts/Changes';
import { CursorTable } from '../parts/CursorTable';
import { differences } from '../parts/differences';
import { PageHead } from '../parts/PageHead';
import { localTime } from '../parts/time';
import { common } from '../text/common';
import { useText } from '../text/language';
import { actionText, ACTS, auditTexts } from './auditTexts';

/** An entry; a plugin's own list leaves out the subject, which is the plugin. */
type AuditEntry = Schema['PluginAudit'] & Partial<Schema['AuditView']>;

export function Page() {
  const t = useText(auditTexts);
  const shared = useText(common);
  const [query, setQuery] = useState({ subject: '', actor: '', action: '', subject_id: '' });
  const box = (key: keyof typeof query, label: string) => (
    <Input.Search
      allowClear
      placeholder={label}
      aria-label={label}
      data-testid={`audit-${key}`}
      style={{ width: 180 }}
      onSearch={(text) => setQuery({ ...query, [key]: text.trim() })}
    />
  );
  const subjects = Object.keys(ACTS).map((value) => ({ value, label: t.subjects[value] ?? value }));
  const actions = subjects
    .filter(({ value }) => query.subject === '' || value === query.subject)
    .flatMap(({ value, label }) => (ACTS[value] ?? []).map((act) => ({ value: `${value}.${act}`, label: `${label}: ${t.acts[act] ?? act}` })));
  return (
    <>
      <PageHead title={shared.menu.audit} help={t.help} />
      <Flex gap={8} wrap style={{ marginBottom: 12 }}>
        <Select
          allowClear
          style={{ width: 180 }}
          placeholder={t.subject}
          aria-label={t.subject}
          // an action belongs to one subject
          onChange={(subject: string | undefined) => setQuery({ ...query, subject: subject ?? '', action: '' })}
          options={subjects}
        />
        {box('subject_id', t.subjectId)}
        {box('actor', t.actor)}
        <Select
          allowClear
          showSearch={{ optionFilterProp: 'label' }}
          style={{ width: 220 }}
          placeholder={t.action}
          aria-label={t.action}
          data-testid="audit-action"
          value={query.action || undefined}
          onChange={(action: string | undefined) => setQuery({ ...query, action: action ?? '' })}
          options={actions}
        />
      </Flex>
      <AuditTable path="audit" query={query} />
    </>
  );
}

/** Entries of the whole audit, or of one plugin's. */
export function AuditTable({ path, query = {} }: { path: string; query?: Record<string, string> }) {
  const t = useText(auditTexts);
  const columns: TableProps<AuditEntry>['columns'] = [
    { title: t.time, render: (_, row) => localTime(row.at) },
    { title: t.actor, dataIndex: 'actor' },
    { title: t.address, render: (_, row) => row.address },
    { title: t.action, dataIndex: 'action', render: (action: string) => <span title={action}>{actionText(action, t.acts)}</span> },
  ];
  if (path === 'audit') {
    columns.push({ title: t.subject, render: (_, { subject = '', subject_id }) => `${t.subjects[subject] ?? subject} ${subject_id ?? ''}` });
  }
  return (
    <CursorTable<AuditEntry>
      path={path}
      query={Object.fromEntries(Object.entries(query).filter(([, text]) => text !== ''))}
      columns={columns}
      testId="audit"
      expandable={{
        rowExpandable: (row) => row.before != null || row.after != null,
        expandedRowRender: (row) => {
          const found = differences(row.before ?? {}, row.after ?? {});
          return found.length > 0 ? <Changes changes={found} /> : <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t.noDifference} />;
        },
      }}
    />
  );
}
