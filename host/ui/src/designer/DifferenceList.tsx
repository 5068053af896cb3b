// Differences in words: what was added and removed, and for what was changed each member with both values.
import type { WorkflowDocument } from '../chart/document';
import { useText } from '../text/language';
import type { Difference, MemberChange } from './differences';
import { memberNames } from './memberNames';
import { designerTexts } from './texts';

interface Props {
  list: Difference[];
  before: WorkflowDocument;
  after: WorkflowDocument;
  testId: string;
}

const VALUE_MAX = 120;

export function DifferenceList({ list, before, after, testId }: Props) {
  const t = useText(designerTexts);
  const names = memberNames(t);
  if (list.length === 0) return <p data-testid={testId}>{t.conflict.none}</p>;
  const stateName = (key: string) => [...after.states, ...before.states].find((state) => state.key === key)?.name ?? key;
  const value = ({ member }: MemberChange, text: string) => {
    const shown = member === 'source' || member === 'destination' ? stateName(text) : text;
    if (shown === '') return t.difference.nothing;
    return shown.length > VALUE_MAX ? `${shown.slice(0, VALUE_MAX)}…` : shown;
  };
  return (
    <ul className="designer-differences" data-testid={testId}>
      {list.map((difference) => (
        <li key={`${difference.part} ${difference.key}`}>
          {t.parts[difference.part]} <strong>{difference.name || difference.key}</strong>: {t.difference[difference.change]}
          {difference.members.length > 0 && (
            <ul>
              {difference.members.map((change) => (
                <li key={change.member}>
                  {names[change.member] ?? change.member}: <del>{value(change, change.before)}</del> {t.difference.to} <ins>{value(change, change.after)}</ins>
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ul>
  );
}
