// The choices of a list: pairs of a stored value and its text. Rows without a value are kept while one types and left out of the document.
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Flex, Input } from 'antd';
import { useState } from 'react';
import type { JsonObject, Problem } from '../chart/document';
import { useText } from '../text/language';
import { Entry } from './Entry';
import { designerTexts } from './texts';

interface Row {
  value: string;
  text: string;
}

interface Props {
  choices: JsonObject;
  problems: Problem[];
  onChange: (choices: JsonObject) => void;
}

export function ChoicesInput({ choices, problems, onChange }: Props) {
  const t = useText(designerTexts);
  const written = JSON.stringify(choices);
  const [draft, setDraft] = useState<{ rows: Row[]; of: string } | null>(null);
  const rows = draft && draft.of === written ? draft.rows : Object.entries(choices).map(([value, text]) => ({ value, text: String(text) }));

  function set(next: Row[]) {
    const made = Object.fromEntries(next.filter((row) => row.value !== '').map((row) => [row.value, row.text]));
    setDraft({ rows: next, of: JSON.stringify(made) });
    onChange(made);
  }

  const changeRow = (index: number, changes: Partial<Row>) => set(rows.map((row, place) => (place === index ? { ...row, ...changes } : row)));
  return (
    <Entry label={t.field.choices} hint={t.field.choicesHint} problems={problems}>
      <Flex vertical gap={4}>
        {rows.map((row, index) => (
          <Flex key={index} gap={4}>
            <Input style={{ width: 90 }} aria-label={`${t.field.value} ${index + 1}`} placeholder={t.field.value} value={row.value} onChange={(event) => changeRow(index, { value: event.target.value })} data-testid={`choice-${index}-value`} />
            <Input aria-label={`${t.field.text} ${index + 1}`} placeholder={t.field.text} value={row.text} onChange={(event) => changeRow(index, { text: event.target.value })} data-testid={`choice-${index}-text`} />
            <Button type="text" icon={<DeleteOutlined />} aria-label={`${t.difference.removed} ${index + 1}`} onClick={() => set(rows.filter((_, place) => place !== index))} />
          </Flex>
        ))}
        <Button icon={<PlusOutlined />} onClick={() => set([...rows, { value: String(rows.length + 1), text: '' }])} data-testid="choice-add">
          {t.field.addChoice}
        </Button>
      </Flex>
    </Entry>
  );
}
