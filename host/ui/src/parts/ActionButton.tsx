// Buttons of a table's row. A dangerous one asks first, and the question says what is lost.
import { App, Button } from 'antd';
import { useRef, type ReactNode } from 'react';
import { common } from '../text/common';
import { useText } from '../text/language';

interface Props {
  children: ReactNode;
  testId: string;
  danger?: boolean;
  disabled?: boolean;
  /** Asked before; none, no question. */
  question?: ReactNode;
  onClick: () => unknown;
}

export function ActionButton({ children, testId, danger, disabled, question, onClick }: Props) {
  const t = useText(common);
  const { modal } = App.useApp();
  const button = useRef<HTMLButtonElement>(null);
  const ask = () => {
    modal.confirm({
      title: question,
      okText: t.button.confirm,
      cancelText: t.button.cancel,
      okButtonProps: { danger: danger ?? false, 'data-testid': 'confirm-ok' },
      onOk: () => Promise.resolve(onClick()).then(() => undefined),
      afterClose: () => button.current?.focus(),
    });
  };
  return (
    <Button
      ref={button}
      type="link"
      size="small"
      danger={danger}
      disabled={disabled}
      data-testid={testId}
      style={{ padding: '0 4px' }}
      onClick={question ? ask : () => void onClick()}
    >
      {children}
    </Button>
  );
}
