// An expression with what the checker says of it, at the character that it means: the character is marked, and a click goes to it.
import { Button, Input, Select, type GetRef } from 'antd';
import { useRef } from 'react';
import { textBesideCondition } from '../chart/findingText';
import { useLanguage, useText } from '../text/language';
import { useDesign } from './design';
import { variables } from './fieldChoices';
import type { ConditionFinding } from './findings';
import { designerTexts } from './texts';

interface Props {
  id: string;
  label: string;
  value: string;
  findings: ConditionFinding[];
  onChange: (value: string) => void;
}

export function ExpressionInput({ id, label, value, findings, onChange }: Props) {
  const t = useText(designerTexts);
  const language = useLanguage();
  const { document } = useDesign();
  const input = useRef<GetRef<typeof Input.TextArea>>(null);
  const area = () => input.current?.resizableTextArea?.textArea;

  function goTo(offset: number) {
    const element = area();
    element?.focus();
    element?.setSelectionRange(offset, Math.min(value.length, offset + 1));
  }

  function insert(key: string) {
    const element = area();
    const [from, to] = [element?.selectionStart ?? value.length, element?.selectionEnd ?? value.length];
    onChange(`${value.slice(0, from)}{${key}}${value.slice(to)}`);
    element?.focus();
  }

  return (
    <div>
      <Input.TextArea
        ref={input}
        id={id}
        aria-label={label}
        aria-invalid={findings.length > 0}
        aria-describedby={`${id}-findings`}
        className="gavia-mono"
        autoSize={{ minRows: 1, maxRows: 6 }}
        spellCheck={false}
        status={findings.length > 0 ? 'error' : undefined}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        data-testid={id}
      />
      <div id={`${id}-findings`} aria-live="polite">
        {findings.map((finding, index) => (
          <div key={index} className="designer-finding" data-testid={`${id}-finding`} data-column={finding.offset === null ? undefined : finding.offset + 1}>
            {finding.offset !== null && <Marked text={value} offset={finding.offset} />}
            <span>
              {finding.offset !== null && `${t.transition.column(finding.offset + 1)}: `}
              {textBesideCondition(finding, finding.offset !== null, language)}
            </span>
            {finding.offset !== null && (
              <Button type="link" size="small" onClick={() => goTo(finding.offset ?? 0)}>
                {t.transition.goThere}
              </Button>
            )}
          </div>
        ))}
      </div>
      <Select<string>
        size="small"
        style={{ width: '100%', margin: '4px 0' }}
        value={null}
        placeholder={t.transition.insert}
        aria-label={t.transition.insert}
        showSearch={{ optionFilterProp: 'label' }}
        options={variables(document).map((key) => ({ value: key, label: `{${key}}` }))}
        onChange={insert}
        data-testid={`${id}-insert`}
      />
    </div>
  );
}

/** A stretch of the expression around the character. */
function Marked({ text, offset }: { text: string; offset: number }) {
  const from = Math.max(0, offset - 24);
  const at = text.slice(offset, offset + 1) || ' ';
  return (
    <code className="designer-marked" aria-hidden="true">
      {from > 0 && '…'}
      {text.slice(from, offset)}
      <mark>{at}</mark>
      {text.slice(offset + 1, offset + 20)}
    </code>
  );
}
