// A text box for JSON, checked while one types: the form gets the text, the server gets it as it stands.
import { Input } from 'antd';
import type { Rule } from 'antd/es/form';
import { common } from '../text/common';
import { useText } from '../text/language';
import { jsonKind, type JsonWish } from './json';

interface Props {
  value?: string;
  onChange?: (text: string) => void;
  rows?: number;
  id?: string;
  placeholder?: string;
}

export function JsonInput({ value, onChange, rows = 4, id, placeholder }: Props) {
  return (
    <Input.TextArea
      id={id}
      className="gavia-mono"
      spellCheck={false}
      autoSize={{ minRows: rows, maxRows: 16 }}
      value={value}
      placeholder={placeholder}
      onChange={(event) => onChange?.(event.target.value)}
    />
  );
}

/** A rule for a form's field: empty text, or JSON of the wished kind. */
export function useJsonRule(wish: JsonWish): Rule {
  const t = useText(common);
  return {
    validator: (_, text: unknown) => {
      const kind = jsonKind(typeof text === 'string' ? text : '');
      if (kind === 'empty' || kind === wish || (wish === 'any' && kind !== 'broken')) return Promise.resolve();
      const words = kind === 'broken' ? t.badJson : wish === 'list' ? t.wantList : t.wantObject;
      return Promise.reject(new Error(words));
    },
  };
}
