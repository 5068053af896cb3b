// What the server refuses of a form that stands on a page: beside the field that it is about, or else as a message at the top, as a
// dialog does it (parts/EditDialog.tsx).
import type { FormInstance } from 'antd';
import { ApiError } from '../api/errors';
import { fieldErrors } from '../parts/fieldErrors';
import { useNotify, useWording } from '../parts/notify';

export function useRefusal(form: FormInstance): (error: unknown) => void {
  const notify = useNotify();
  const wording = useWording();
  return (error) => {
    const known = form.getFieldsError().map((field) => field.name);
    const placed = error instanceof ApiError ? fieldErrors(error, known) : [];
    form.setFields(placed.map(({ name, message, inChinese }) => ({ name, errors: [wording(message, inChinese)] })));
    const [first] = placed;
    if (first) form.scrollToField(first.name);
    else notify.failure(error);
  };
}
