// Search by custom fields: pairs of key and value, up to what the server takes.
import { MinusCircleOutlined, PlusOutlined } from '@ant-design/icons';
import { AutoComplete, Button, Flex, Form, Input } from 'antd';
import { useText } from '../text/language';
import { isDoubleField, type FieldFilter } from './filters';
import { ticketTexts } from './texts';

/** What one search may name. */
const MOST = 8;

export function FieldFilters({ fields }: { fields: { key: string; name: string }[] }) {
  const t = useText(ticketTexts);
  return (
    <Form.List name="fields">
      {(rows, { add, remove }) => (
        <div style={{ marginBottom: 12 }}>
          {rows.map((row) => (
            <Flex key={row.key} gap={8} align="start">
              <Form.Item
                name={[row.name, 'key']}
                style={{ width: 240, marginBottom: 8 }}
                dependencies={rows.filter((other) => other.name < row.name).map((other) => ['fields', other.name, 'key'])}
                rules={[
                  ({ getFieldValue }) => ({
                    validator: () =>
                      isDoubleField(getFieldValue('fields') as FieldFilter[], row.name) ? Promise.reject(new Error(t.doubleField)) : Promise.resolve(),
                  }),
                ]}
              >
                <AutoComplete
                  placeholder={t.fieldKey}
                  aria-label={t.fieldKey}
                  data-testid={`search-field-key-${row.name}`}
                  options={fields.map((field) => ({ value: field.key, label: `${field.key} (${field.name})` }))}
                />
              </Form.Item>
              <Form.Item name={[row.name, 'value']} style={{ width: 240, marginBottom: 8 }}>
                <Input placeholder={t.fieldValue} aria-label={t.fieldValue} data-testid={`search-field-value-${row.name}`} />
              </Form.Item>
              <Button type="text" aria-label="−" icon={<MinusCircleOutlined />} onClick={() => remove(row.name)} />
            </Flex>
          ))}
          {rows.length < MOST && (
            <Button type="dashed" size="small" icon={<PlusOutlined />} onClick={() => add({ key: '', value: '' })} data-testid="search-add-field">
              {t.addField}
            </Button>
          )}
        </div>
      )}
    </Form.List>
  );
}
