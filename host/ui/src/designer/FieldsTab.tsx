// The workflow's own fields as a list, and the form of the one that is open.
import { PlusOutlined } from '@ant-design/icons';
import { Button, Empty, Flex, Table, Tag } from 'antd';
import type { Field } from '../chart/document';
import { placeKey, worst } from '../chart/problems';
import { chartTexts } from '../chart/texts';
import { useText } from '../text/language';
import { useDesign } from './design';
import { addField } from './edits';
import { FieldForm } from './FieldForm';
import { freshField } from './fresh';
import { Panel } from './Panel';
import { designerTexts } from './texts';

export function FieldsTab() {
  const t = useText(designerTexts);
  const words = useText(chartTexts);
  const { document, change, field: open, openField, found } = useDesign();
  const fields = [...document.fields].sort((a, b) => a.order_id - b.order_id);
  const field = document.fields.find((one) => one.key === open);

  function add() {
    const made = freshField(document);
    change(addField(made));
    openField(made.key);
  }

  return (
    <div className="designer-split">
      <div className="designer-scroll" style={{ flex: 1 }}>
        <Flex justify="end" style={{ marginBottom: 8 }}>
          <Button icon={<PlusOutlined />} onClick={add} data-testid="field-add">
            {t.field.add}
          </Button>
        </Flex>
        <Table<Field>
          size="small"
          rowKey="key"
          pagination={false}
          dataSource={fields}
          locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t.field.none} /> }}
          rowClassName={(row) => (row.key === open ? 'designer-open-row' : '')}
          onRow={(row) => ({ onClick: () => openField(row.key) })}
          columns={[
            {
              title: t.field.name,
              render: (_, row) => (
                <Button type="link" size="small" style={{ padding: 0 }} onClick={() => openField(row.key)} data-testid={`field-row-${row.key}`}>
                  {row.name || t.unnamed}
                </Button>
              ),
            },
            { title: t.field.key, render: (_, row) => <code>{row.key}</code> },
            { title: t.field.type, render: (_, row) => words.fieldKinds[row.kind] },
            { title: t.field.order, dataIndex: 'order_id' },
            { title: t.field.description, dataIndex: 'description', ellipsis: true },
            {
              title: '',
              render: (_, row) => {
                const problems = found.get(placeKey('field', row.key)) ?? [];
                return problems.length > 0 && <Tag color={worst(problems) === 'error' ? 'error' : 'warning'}>{words.problems(problems.length)}</Tag>;
              },
            },
          ]}
        />
      </div>
      {field && (
        <Panel title={`${t.parts.field ?? ''}: ${field.name || field.key}`} onClose={() => openField(null)}>
          <FieldForm key={document.fields.indexOf(field)} field={field} />
        </Panel>
      )}
    </div>
  );
}
