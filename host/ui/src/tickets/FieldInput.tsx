// The widget of one field, by its kind. What it holds is what the API takes: numbers, true/false, local date texts, comma texts.
import { Checkbox, DatePicker, Input, InputNumber, Radio, Select } from 'antd';
import dayjs from 'dayjs';
import { UserPicker, UsersPicker } from '../people/pickers';
import type { FieldShape } from './types';
import { parts } from './values';

interface Props {
  field: FieldShape;
  value?: unknown;
  onChange?: (value: unknown) => void;
  disabled?: boolean;
  id?: string;
}

export function FieldInput({ field, value, onChange, disabled, id }: Props) {
  const common = { id, disabled, 'data-testid': `field-${field.key}` };
  const choices = Object.entries(field.choices ?? {}).map(([key, label]) => ({ value: key, label: String(label) }));
  const text = value === null || value === undefined ? '' : String(value);
  const change = (next: unknown) => onChange?.(next);
  switch (field.kind) {
    case 'int':
      return <InputNumber {...common} precision={0} style={{ width: '100%' }} value={value as number | null} onChange={change} />;
    case 'float':
      return <InputNumber {...common} style={{ width: '100%' }} value={value as number | null} onChange={change} />;
    case 'bool':
      return (
        <Radio.Group
          {...common}
          value={value === null || value === undefined ? undefined : value === true || value === 1}
          onChange={(event) => change(event.target.value)}
          options={[
            { value: true, label: String(field.boolean_display?.['1'] ?? 'true') },
            { value: false, label: String(field.boolean_display?.['0'] ?? 'false') },
          ]}
        />
      );
    case 'date':
    case 'datetime': {
      const withTime = field.kind === 'datetime';
      const format = withTime ? 'YYYY-MM-DD HH:mm:ss' : 'YYYY-MM-DD';
      return (
        <DatePicker
          {...common}
          showTime={withTime}
          format={format}
          style={{ width: '100%' }}
          value={text === '' ? null : dayjs(text)}
          onChange={(day) => change(day ? day.format(format) : null)}
        />
      );
    }
    case 'radio':
      return <Radio.Group {...common} value={text} onChange={(event) => change(event.target.value)} options={choices} />;
    case 'select':
      return <Select {...common} allowClear value={text || undefined} onChange={(next) => change(next ?? '')} options={choices} />;
    case 'checkbox':
      return <Checkbox.Group {...common} value={parts(value)} onChange={(next) => change(next.join(','))} options={choices} />;
    case 'multi_select':
      return <Select {...common} mode="multiple" value={parts(value)} onChange={(next) => change(next.join(','))} options={choices} />;
    case 'user':
      return <UserPicker {...common} value={text} onChange={change} />;
    case 'users':
      return <UsersPicker {...common} value={parts(value)} onChange={(next) => change(next.join(','))} />;
    case 'text':
      return (
        <Input.TextArea
          {...common}
          autoSize={{ minRows: 2, maxRows: 10 }}
          placeholder={field.template || undefined}
          value={text}
          onChange={(event) => change(event.target.value)}
        />
      );
    default:
      return <Input {...common} value={text} onChange={(event) => change(event.target.value)} />;
  }
}
