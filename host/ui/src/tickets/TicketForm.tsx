// A ticket's form as somebody sees it: every field in its widget, switched off, with what one may do with it.
import { ConfigProvider, Empty, Form, Tag, theme } from 'antd';
import { useText } from '../text/language';
import { FieldInput } from './FieldInput';
import { ticketTexts } from './texts';
import type { FieldAccess, FormField } from './types';
import { baseName } from './values';

const COLOURS: Record<FieldAccess, string> = { read_only: 'default', required: 'red', optional: 'blue' };

export function TicketForm({ fields, testId }: { fields: FormField[]; testId: string }) {
  const t = useText(ticketTexts);
  const { token } = theme.useToken();
  if (fields.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={t.noForm} />;
  return (
    // switched off, and yet to be read
    <ConfigProvider theme={{ token: { colorTextDisabled: token.colorText } }}>
      <Form layout="vertical" data-testid={testId} style={{ maxWidth: 640 }}>
        {fields.map((field) => (
          <Form.Item
            key={field.key}
            label={
              <>
                {baseName(field.key, t.baseFields) ?? field.name}&nbsp;<Tag color={COLOURS[field.access]}>{t.access[field.access]}</Tag>
              </>
            }
            htmlFor={`${testId}-${field.key}`}
            extra={baseName(field.key, t.baseFields) ? undefined : field.description || undefined}
          >
            <FieldInput field={field} value={field.value} disabled id={`${testId}-${field.key}`} />
          </Form.Item>
        ))}
      </Form>
    </ConfigProvider>
  );
}
