// One input of a form: its label, its help, and the findings that are about it.
import { Form } from 'antd';
import type { ReactNode } from 'react';
import type { Problem } from '../chart/document';
import { useFindingText } from '../chart/findingText';

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
  const textOf = useFindingText();
  const told = problems.map((problem) => ({ level: problem.level, message: textOf(problem) }));
  const found = error ? [{ level: 'error' as const, message: error }, ...told] : told;
  const isError = found.some((one) => one.level === 'error');
  return (
    <Form.Item
      label={label}
      htmlFor={id}
      validateStatus={found.length === 0 ? undefined : isError ? 'error' : 'warning'}
      extra={
        (found.length > 0 || hint) && (
          <>
            {found.map(({ level, message }, index) => (
              <div key={index} role="alert" className={`designer-${level}`} data-testid={id && `${id}-problem`}>
                {message}
              </div>
            ))}
            {hint}
          </>
        )
      }
      style={{ marginBottom: 16 }}
    >
      {children}
    </Form.Item>
  );
}
