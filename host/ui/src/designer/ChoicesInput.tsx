// The choices of a list: pairs of a stored value and its text. Rows that the document cannot hold yet are kept while one types.
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Flex, Input } from 'antd';
import { useState } from 'react';
import type { JsonObject, Problem } from '../chart/document';
import { useText } from '../text/language';
import { choicesOf, freeValue, isRepeated, rowsOf, type ChoiceRow } from './choices';
import { Entry } from './Entry';
import { designerTexts } from './texts';

interface Props {
  choices: JsonObject;
  problems: Problem[];
  onChange: (choices: JsonObject) => void;
}

export function ChoicesInput({ choices, problems, onChange }: Props) {
  const t = useText(designerTexts);
  const written = JSON.stringify(choices);
  const [draft, setDraft] = useState<{ rows: ChoiceRow[]; of: string } | null>(null);
  const rows = draft && draft.of === written ? draft.rows : rowsOf(choices);

  function set(next: ChoiceRow[]) {
    const made = choicesOf(next);
    const of = JSON.stringify(made);
    setDraft({ rows: next, of });
    if (of !== written) onChange(made);
  }

  const changeRow = (index: number, changes: Partial<ChoiceRow>) => set(rows.map((row, place) => (place === index ? { ...row, ...changes } : row)));
  return (
    <Entry label={t.field.choices} hint={t.field.choicesHint} problems={problems}>
      <Flex vertical gap={4}>
        {rows.map((row, index) => (
          <ChoiceEntry
            key={index}
            row={row}
            index={index}
            isRepeated={isRepeated(rows, index)}
            onChange={(changes) => changeRow(index, changes)}
            onRemove={() => set(rows.filter((_, place) => place !== index))}
          />
        ))}
        <Button icon={<PlusOutlined />} onClick={() => set([...rows, { value: freeValue(rows), text: '' }])} data-testid="choice-add">
          {t.field.addChoice}
        </Button>
      </Flex>
    </Entry>
  );
}

interface RowProps {
  row: ChoiceRow;
  index: number;
  isRepeated: boolean;
  onChange: (changes: Partial<ChoiceRow>) => void;
  onRemove: () => void;
}

function ChoiceEntry({ row, index, isRepeated, onChange, onRemove }: RowProps) {
  const t = useText(designerTexts);
  const problem = `choice-${index}-problem`;
  return (
    <div>
      <Flex gap={4}>
        <Input
          style={{ width: 90 }}
          aria-label={`${t.field.value} ${index + 1}`}
          aria-invalid={isRepeated}
          aria-describedby={isRepeated ? problem : undefined}
          // the entry's own status is that of all rows
          status={isRepeated ? 'error' : undefined}
          placeholder={t.field.value}
          value={row.value}
          onChange={(event) => onChange({ value: event.target.value })}
          data-testid={`choice-${index}-value`}
        />
        <Input aria-label={`${t.field.text} ${index + 1}`} placeholder={t.field.text} value={row.text} onChange={(event) => onChange({ text: event.target.value })} data-testid={`choice-${index}-text`} />
        <Button type="text" icon={<DeleteOutlined />} aria-label={`${t.difference.removed} ${index + 1}`} onClick={onRemove} />
      </Flex>
      {isRepeated && (
        <div id={problem} role="alert" className="designer-error" data-testid={problem}>
          {t.field.valueTaken}
        </div>
      )}
    </div>
  );
}
