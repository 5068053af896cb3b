// A form in a drawer: opens with initial values, saves, and puts the server's complaints beside the fields they name. What was typed into
// it is not lost by a slip: closing it or leaving its page asks first.
// What the fields are is its children's business.
import { Alert, App, Button, Drawer, Flex, Form } from 'antd';
import { useEffect, useId, useState, type ReactNode } from 'react';
import { ApiError } from '../api/errors';
import { common } from '../text/common';
import { useText } from '../text/language';
import { fieldErrors, type Places } from './fieldErrors';
import { LeaveGuard } from './LeaveGuard';
import { useMessageOf, useWording } from './notify';

interface FormProps<T extends object> {
  initial: Partial<T>;
  /** Closes the dialog when it resolves; a thrown ApiError is shown in the form. */
  onSave: (value: T) => Promise<void>;
  /** See fieldErrors. */
  places?: Places;
  children: ReactNode;
}

interface Props<T extends object> extends FormProps<T> {
  open: boolean;
  title: string;
  /** `data-testid` of the dialog; its buttons are `…-save` and `…-cancel`. */
  testId: string;
  width?: number;
  saveText?: string;
  onClose: () => void;
}

export function EditDialog<T extends object>({ open, title, testId, width = 560, saveText, onClose, ...form }: Props<T>) {
  const t = useText(common);
  const formId = useId();
  const { modal } = App.useApp();
  const [busy, setBusy] = useState(false);
  const [isTouched, setTouched] = useState(false);
  // every opening begins untouched, however the one before ended
  useEffect(() => setTouched(false), [open]);

  function cancel() {
    if (!isTouched) return onClose();
    modal.confirm({
      title: t.unsaved.close,
      content: t.unsaved.lost,
      okText: t.unsaved.closeYes,
      cancelText: t.unsaved.stay,
      okButtonProps: { danger: true, 'data-testid': 'confirm-ok' },
      // Enter after a slip onto Escape loses nothing
      focusable: { autoFocusButton: 'cancel' },
      onOk: () => onClose(),
    });
  }

  return (
    <Drawer
      open={open}
      title={title}
      size={width}
      onClose={cancel}
      // what is being saved cannot be called back, and when it ends it closes the dialog, which by then could be another one
      closable={{ disabled: busy }}
      keyboard={!busy}
      destroyOnHidden
      mask={{ closable: false }}
      data-testid={testId}
      footer={
        <Flex justify="end" gap={8}>
          <Button disabled={busy} onClick={cancel} data-testid={`${testId}-cancel`}>
            {t.button.cancel}
          </Button>
          <Button type="primary" htmlType="submit" form={formId} loading={busy} data-testid={`${testId}-save`}>
            {saveText ?? t.button.save}
          </Button>
        </Flex>
      }
    >
      <DialogForm<T> {...form} formId={formId} testId={testId} onBusy={setBusy} onTouched={() => setTouched(true)} onSaved={onClose} />
      {open && isTouched && <LeaveGuard isSaving={busy} />}
    </Drawer>
  );
}

interface InnerProps<T extends object> extends FormProps<T> {
  formId: string;
  testId: string;
  onBusy: (busy: boolean) => void;
  /** Somebody typed or chose something. */
  onTouched: () => void;
  onSaved: () => void;
}

/** Lives as long as the drawer is open, so every opening starts from the initial values. */
function DialogForm<T extends object>({ formId, testId, initial, places, onBusy, onTouched, onSave, onSaved, children }: InnerProps<T>) {
  const messageOf = useMessageOf();
  const wording = useWording();
  const [form] = Form.useForm<T>();
  const [problem, setProblem] = useState<string | null>(null);

  async function save(value: T) {
    onBusy(true);
    setProblem(null);
    try {
      await onSave(value);
      onSaved();
    } catch (error) {
      const known = form.getFieldsError().map((field) => field.name);
      const placed = error instanceof ApiError ? fieldErrors(error, known, places) : [];
      const shown = placed.map(({ name, message, inChinese }) => ({ name, errors: [wording(message, inChinese)] }));
      form.setFields(shown as unknown as Parameters<typeof form.setFields>[0]);
      const [first] = placed;
      if (first) form.scrollToField(first.name as unknown as Parameters<typeof form.scrollToField>[0]);
      else setProblem(messageOf(error));
    } finally {
      onBusy(false);
    }
  }

  return (
    <Form<T>
      id={formId}
      name={formId}
      form={form}
      layout="vertical"
      initialValues={initial}
      onValuesChange={onTouched}
      onFinish={(value) => void save(value)}
      scrollToFirstError
    >
      {children}
      {problem && <Alert type="error" showIcon title={problem} data-testid={`${testId}-problem`} />}
    </Form>
  );
}
