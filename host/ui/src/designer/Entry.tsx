// One input of a form: its label, its help, and the findings that are about it.
import { Form } from 'antd';
import type { ReactNode } from 'react';
import type { Problem } from '../chart/document';

interface Props {
  label?: ReactNode;
  hint?: ReactNode;
  /** Id of the input. */
  id?: string;
  problems?: Problem[];
  error?: string | null;
  children: ReactNode;
}

export function Entry({ label, hint, id, problems = [], error, children }: Props) {
  const messages = [...(error ? [error] : []), ...problems.map((problem) => problem.message)];
  const isError = Boolean(error) || problems.some((problem) => problem.level === 'error');
  return (
    <Form.Item
      label={label}
      htmlFor={id}
      extra={hint}
      validateStatus={messages.length === 0 ? undefined : isError ? 'error' : 'warning'}
      help={messages.length === 0 ? undefined : messages.map((message, index) => <div key={index}>{message}</div>)}
      style={{ marginBottom: 14 }}
    >
      {children}
    </Form.Item>
  );
}
