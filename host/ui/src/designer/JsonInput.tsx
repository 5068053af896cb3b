// A JSON value as text. What does not parse stays in the input and is told; the document keeps its last good value.
import { Input } from 'antd';
import { useState } from 'react';
import type { Json, Problem } from '../chart/document';
import { common } from '../text/common';
import { useText } from '../text/language';
import { Entry } from './Entry';

interface Props {
  id: string;
  label: string;
  hint?: string;
  value: Json;
  wants: 'object' | 'any';
  problems?: Problem[];
  onChange: (value: Json) => void;
}

export function JsonInput({ id, label, hint, value, wants, problems, onChange }: Props) {
  const t = useText(common);
  const [draft, setDraft] = useState<{ text: string; of: string; error: string | null } | null>(null);
  const written = JSON.stringify(value);
  // a draft is of one value; when the document changes otherwise (undo), the draft is out of date
  const text = draft && draft.of === written ? draft.text : JSON.stringify(value, null, 1);
  const error = draft && draft.of === written ? draft.error : null;

  function typed(next: string) {
    const parsed = parse(next);
    if (parsed === undefined) return setDraft({ text: next, of: written, error: t.badJson });
    if (wants === 'object' && !isObject(parsed)) return setDraft({ text: next, of: written, error: t.wantObject });
    setDraft({ text: next, of: JSON.stringify(parsed), error: null });
    onChange(parsed);
  }

  return (
    <Entry label={label} hint={hint} id={id} error={error} problems={problems}>
      <Input.TextArea id={id} className="gavia-mono" autoSize={{ minRows: 1, maxRows: 8 }} value={text} onChange={(event) => typed(event.target.value)} data-testid={id} spellCheck={false} />
    </Entry>
  );
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function isObject(value: Json): boolean {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
