// The search form of the ticket list. States and field keys are those of the one workflow that is chosen.
import { DownOutlined, UpOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Button, Card, Col, DatePicker, Flex, Form, Input, Row, Select } from 'antd';
import dayjs, { type Dayjs } from 'dayjs';
import { useEffect, useState } from 'react';
import { v2 } from '../api/client';
import { WorkflowsPicker } from '../people/AppTokenDialog';
import { UserPicker } from '../people/pickers';
import { common } from '../text/common';
import { useText } from '../text/language';
import { FieldFilters } from './FieldFilters';
import { NO_FILTERS, shownFilters, type TicketFilters } from './filters';
import { ticketTexts } from './texts';

interface Entry extends TicketFilters {
  created?: [Dayjs | null, Dayjs | null] | null;
}

interface Parts {
  states: { id: number; name: string }[];
  fields: { key: string; name: string }[];
}

const FORMAT = 'YYYY-MM-DD HH:mm:ss';

export function TicketSearch({ filters, onSearch }: { filters: TicketFilters; onSearch: (filters: TicketFilters) => void }) {
  const t = useText(ticketTexts);
  const shared = useText(common);
  const [form] = Form.useForm<Entry>();
  const [open, setOpen] = useState(usesMore(filters));
  const workflows: number[] = Form.useWatch('workflow_ids', form) ?? filters.workflow_ids;
  const one = workflows.length === 1 ? workflows[0] : undefined;
  const parts = useQuery({
    queryKey: ['workflows', one, 'definition'],
    queryFn: ({ signal }) => v2<Parts>('GET', `workflows/${one}/definition`, { signal }),
    enabled: one !== undefined,
  });
  // the address has other filters: the form stays, with its focus
  useEffect(() => {
    form.setFieldsValue(entryOf(filters));
    if (usesMore(filters)) setOpen(true);
  }, [form, filters]);
  const choice = [
    { value: '', label: t.any },
    { value: '1', label: t.yes },
    { value: '0', label: t.no },
  ];

  function reset() {
    // where the address has no filters already it does not change, and the form would keep what was typed
    form.setFieldsValue(entryOf(NO_FILTERS));
    onSearch(NO_FILTERS);
  }

  function submit({ created, ...entry }: Entry) {
    onSearch({ ...entry, create_start: created?.[0]?.format(FORMAT), create_end: created?.[1]?.format(FORMAT) });
  }

  return (
    <Card size="small" style={{ marginBottom: 16 }}>
      <Form<Entry>
        form={form}
        layout="vertical"
        initialValues={entryOf(filters)}
        // states are those of one workflow
        onValuesChange={(changed: Partial<Entry>) => 'workflow_ids' in changed && form.setFieldValue('state_ids', [])}
        onFinish={submit}
        // what is wrong may stand among the hidden filters
        onFinishFailed={() => setOpen(true)}
        data-testid="ticket-search"
      >
        <Row gutter={12}>
          <Cell name="title" label={t.titleContains}>
            <Input allowClear data-testid="search-title" />
          </Cell>
          <Cell name="sn" label={t.snPrefix}>
            <Input allowClear data-testid="search-sn" />
          </Cell>
          <Cell name="workflow_ids" label={t.workflow}>
            <WorkflowsPicker />
          </Cell>
          <Cell name="participant" label={t.participant}>
            <UserPicker />
          </Cell>
        </Row>
        <div hidden={!open} id="more-filters">
          <Row gutter={12}>
            <Cell name="state_ids" label={t.state}>
              <Select
                mode="multiple"
                disabled={one === undefined}
                placeholder={one === undefined ? t.pickStates : undefined}
                options={(parts.data?.states ?? []).map((state) => ({ value: state.id, label: state.name }))}
              />
            </Cell>
            <Cell name="creator" label={t.creator}>
              <UserPicker />
            </Cell>
            <Cell name="related" label={t.related}>
              <UserPicker />
            </Cell>
            <Cell name="ticket_ids" label={t.ids}>
              <Input allowClear placeholder={t.idsHint} />
            </Cell>
            <Cell name="is_end" label={t.ended}>
              <Select options={choice} />
            </Cell>
            <Cell name="is_rejected" label={t.rejected}>
              <Select options={choice} />
            </Cell>
            <Cell name="order" label={t.order}>
              <Select
                options={[
                  { value: '', label: t.newest },
                  { value: 'oldest', label: t.oldest },
                ]}
              />
            </Cell>
            <Cell name="created" label={t.created}>
              <DatePicker.RangePicker showTime allowEmpty style={{ width: '100%' }} />
            </Cell>
          </Row>
          <FieldFilters fields={parts.data?.fields ?? []} />
        </div>
        <Flex gap={8} justify="end">
          <Button
            type="link"
            aria-expanded={open}
            aria-controls="more-filters"
            icon={open ? <UpOutlined /> : <DownOutlined />}
            onClick={() => setOpen(!open)}
            data-testid="search-more"
          >
            {t.moreFilters}
          </Button>
          <Button onClick={reset}>{shared.button.reset}</Button>
          <Button type="primary" htmlType="submit" data-testid="search-submit">
            {shared.button.search}
          </Button>
        </Flex>
      </Form>
    </Card>
  );
}

function Cell({ name, label, children }: { name: keyof Entry; label: string; children: React.ReactNode }) {
  return (
    <Col xs={24} sm={12} lg={6}>
      <Form.Item name={name} label={label} style={{ marginBottom: 12 }}>
        {children}
      </Form.Item>
    </Col>
  );
}

function entryOf(filters: TicketFilters): Entry {
  const day = (text: string | undefined) => (text ? dayjs(text) : null);
  return {
    ...shownFilters(filters),
    created: filters.create_start || filters.create_end ? [day(filters.create_start), day(filters.create_end)] : null,
  };
}

/** Whether a filter is set that stands among the hidden ones. */
function usesMore({ title: _t, sn: _s, workflow_ids: _w, participant: _p, state_ids, fields, ...rest }: TicketFilters): boolean {
  return state_ids.length > 0 || fields.length > 0 || Object.keys(rest).length > 0;
}
