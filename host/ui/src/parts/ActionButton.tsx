// Buttons of a table's row. A dangerous one asks first, and the question says what is lost; it may ask for a reason too.
import { App, Button, Input } from 'antd';
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
  /** A text that is asked for with the question and may stay empty. */
  reason?: { label: string; most: number };
  /** Told the reason, '' for none. */
  onClick: (reason: string) => unknown;
}

export function ActionButton({ children, testId, danger, disabled, question, reason, onClick }: Props) {
  const t = useText(common);
  const { modal } = App.useApp();
  const button = useRef<HTMLButtonElement>(null);
  const ask = () => {
    let typed = '';
    modal.confirm({
      title: question,
      content: reason && <Reason {...reason} onType={(text) => (typed = text)} />,
      // what is typed goes into the reason and not onto the button; `focusable` of antd 6.6 knows no button of none
      ...(reason && { autoFocusButton: null }),
      okText: t.button.confirm,
      cancelText: t.button.cancel,
      okButtonProps: { danger: danger ?? false, 'data-testid': 'confirm-ok' },
      onOk: () => Promise.resolve(onClick(typed.trim())).then(() => undefined),
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
      onClick={question ? ask : () => void onClick('')}
    >
      {children}
    </Button>
  );
}

function Reason({ label, most, onType }: { label: string; most: number; onType: (text: string) => void }) {
  return (
    <label>
      {label}
      <Input.TextArea
        autoFocus
        maxLength={most}
        autoSize={{ minRows: 2, maxRows: 6 }}
        style={{ marginTop: 4 }}
        data-testid="confirm-reason"
        onChange={(event) => onType(event.target.value)}
      />
    </label>
  );
}
