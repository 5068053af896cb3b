// The side panel of a custom field: all that a field has.
import { Button, Flex, Form, Input, InputNumber, Select } from 'antd';
import { useState } from 'react';
import { FIELD_KINDS, type Field } from '../chart/document';
import { chartTexts } from '../chart/texts';
import { useText } from '../text/language';
import { ChoicesInput } from './ChoicesInput';
import { useDesign, useProblems } from './design';
import { changeField, removeField, renameField } from './edits';
import { Entry } from './Entry';
import { apart, beside } from './findings';
import { FindingList } from './FindingList';
import { JsonInput } from './JsonInput';
import { designerTexts } from './texts';

const CHOSEN = ['radio', 'checkbox', 'select', 'multi_select'];

export function FieldForm({ field }: { field: Field }) {
  const t = useText(designerTexts);
  const words = useText(chartTexts);
  const { change, openField } = useDesign();
  const problems = useProblems('field', field.key);
  const set = (changes: Partial<Field>, tag?: string) => change(changeField(field.key, changes), tag && `field ${field.key} ${tag}`);
  const display = (member: string) => String(field.boolean_display[member] ?? '');
  return (
    <Form layout="vertical" component="div" data-testid="field-form">
      <FindingList problems={apart(problems)} />
      <KeyEntry field={field} />
      <Entry label={t.field.name} id="field-name" problems={beside(problems, 'name')}>
        <Input id="field-name" value={field.name} maxLength={500} onChange={(event) => set({ name: event.target.value }, 'name')} data-testid="field-name" />
      </Entry>
      <Entry label={t.field.kind} id="field-kind">
        <Select id="field-kind" value={field.kind} options={FIELD_KINDS.map((kind) => ({ value: kind, label: words.fieldKinds[kind] }))} onChange={(kind) => set({ kind })} data-testid="field-kind" />
      </Entry>
      {CHOSEN.includes(field.kind) && <ChoicesInput choices={field.choices} problems={beside(problems, 'choices')} onChange={(choices) => set({ choices }, 'choices')} />}
      {field.kind === 'bool' && (
        <Flex gap={12}>
          {(['1', '0'] as const).map((value) => (
            <Entry key={value} label={value === '1' ? t.field.yes : t.field.no} id={`field-boolean-${value}`}>
              <Input
                id={`field-boolean-${value}`}
                value={display(value)}
                onChange={(event) => set({ boolean_display: { ...field.boolean_display, [value]: event.target.value } }, `boolean ${value}`)}
                data-testid={`field-boolean-${value}`}
              />
            </Entry>
          ))}
        </Flex>
      )}
      <Entry label={t.field.order} hint={t.field.orderHint} id="field-order" problems={beside(problems, 'order_id')}>
        <InputNumber id="field-order" precision={0} value={field.order_id} onChange={(order) => set({ order_id: order ?? 0 }, 'order')} data-testid="field-order" />
      </Entry>
      <Entry label={t.field.default} hint={t.field.defaultHint} id="field-default">
        <Input id="field-default" value={field.default_value ?? ''} onChange={(event) => set({ default_value: event.target.value || null }, 'default')} data-testid="field-default" />
      </Entry>
      <Entry label={t.field.description} hint={t.field.descriptionHint} id="field-description">
        <Input id="field-description" value={field.description} onChange={(event) => set({ description: event.target.value }, 'description')} data-testid="field-description" />
      </Entry>
      {field.kind === 'text' && (
        <Entry label={t.field.template} hint={t.field.templateHint} id="field-template">
          <Input.TextArea id="field-template" autoSize={{ minRows: 2, maxRows: 8 }} value={field.template} onChange={(event) => set({ template: event.target.value }, 'template')} data-testid="field-template" />
        </Entry>
      )}
      <JsonInput id="field-label" label={t.field.label} hint={t.state.labelHint} wants="object" value={field.label} problems={beside(problems, 'label')} onChange={(label) => set({ label: label as Field['label'] }, 'label')} />
      <Button
        danger
        onClick={() => {
          change(removeField(field.key));
          openField(null);
        }}
        data-testid="field-remove"
      >
        {t.field.remove}
      </Button>
    </Form>
  );
}

/** Takes effect when the input is left, so that a key half typed is nobody's. A stored field is known by its key: it stays. */
function KeyEntry({ field }: { field: Field }) {
  const t = useText(designerTexts);
  const { document, change, openField } = useDesign();
  const problems = useProblems('field', field.key);
  const [typed, setTyped] = useState({ text: field.key, of: field.key });
  const isStored = field.id !== undefined;
  const draft = typed.of === field.key && !isStored ? typed.text : field.key;
  const isTaken = draft !== field.key && document.fields.some((other) => other.key === draft);

  function rename() {
    const next = draft.trim();
    if (next === '' || next === field.key || isTaken) return;
    change(renameField(field.key, next));
    openField(next);
  }

  return (
    <Entry label={t.field.key} hint={t.field.keyHint} id="field-key" error={isTaken ? t.field.keyTaken : null} problems={beside(problems, 'key')}>
      <Input
        id="field-key"
        className="gavia-mono"
        disabled={isStored}
        value={draft}
        maxLength={100}
        onChange={(event) => setTyped({ text: event.target.value.replace(/[{}]/g, ''), of: field.key })}
        onBlur={rename}
        onPressEnter={rename}
        data-testid="field-key"
      />
    </Entry>
  );
}
