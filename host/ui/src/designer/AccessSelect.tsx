// One cell of field access. A plain select: a grid holds hundreds of them, and it works by keyboard as it is.
import { ACCESSES, type Access } from '../chart/document';
import { useText } from '../text/language';
import { designerTexts } from './texts';

interface Props {
  value: Access | null | undefined;
  label: string;
  testId: string;
  onChange: (access: Access | null) => void;
}

export function AccessSelect({ value, label, testId, onChange }: Props) {
  const t = useText(designerTexts);
  return (
    <select
      className={`designer-access designer-access-${value ?? 'none'}`}
      aria-label={label}
      value={value === undefined ? 'mixed' : (value ?? 'none')}
      onChange={(event) => onChange(event.target.value === 'none' ? null : (event.target.value as Access))}
      data-testid={testId}
    >
      {value === undefined && (
        <option value="mixed" disabled>
          {t.access.all}
        </option>
      )}
      <option value="none">{t.access.notShown}</option>
      {ACCESSES.map((access) => (
        <option key={access} value={access}>
          {t.access[access]}
        </option>
      ))}
    </select>
  );
}
