// All jobs by kind and state; the filter stands in the address.
import { Flex, InputNumber, Segmented, Select } from 'antd';
import { useSearchParams } from 'react-router';
import { PageHead } from '../parts/PageHead';
import { common } from '../text/common';
import { useText } from '../text/language';
import { JobsTable } from './JobsTable';
import { operationTexts } from './texts';

export function Page() {
  const t = useText(operationTexts);
  const shared = useText(common);
  const [search, setSearch] = useSearchParams();
  const query = { state: search.get('state') ?? 'dead', kind: search.get('kind') ?? '', ticket_id: search.get('ticket_id') ?? '' };
  const set = (part: Partial<typeof query>) => setSearch({ ...query, ...part }, { replace: true });
  return (
    <>
      <PageHead title={shared.menu.jobs} help={t.jobsHelp} />
      <Flex gap={8} wrap style={{ marginBottom: 12 }}>
        <Segmented
          value={query.state}
          data-testid="jobs-state"
          onChange={(state) => set({ state })}
          options={['dead', 'waiting', 'running'].map((state) => ({
            value: state,
            label: <span data-testid={`jobs-${state}`}>{t.states[state]}</span>,
          }))}
        />
        <Select
          value={query.kind}
          style={{ width: 160 }}
          aria-label={t.kind}
          onChange={(kind) => set({ kind })}
          options={[{ value: '', label: t.anyKind }, ...Object.entries(t.kinds).map(([value, label]) => ({ value, label }))]}
        />
        <InputNumber
          min={1}
          precision={0}
          placeholder={t.ticketId}
          aria-label={t.ticketId}
          value={query.ticket_id ? Number(query.ticket_id) : null}
          onChange={(id) => set({ ticket_id: id ? String(id) : '' })}
        />
      </Flex>
      <JobsTable query={query} />
    </>
  );
}
