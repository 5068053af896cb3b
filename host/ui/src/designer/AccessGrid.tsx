// Fields by states: what the handler may do with each field in each state. The first column sets a whole row at once.
import { Empty, Typography } from 'antd';
import type { Access } from '../chart/document';
import { AccessSelect } from './AccessSelect';
import { useDesign } from './design';
import { setAccess } from './edits';
import { fieldChoices } from './fieldChoices';
import { designerTexts } from './texts';
import { useText } from '../text/language';

export function AccessGrid() {
  const t = useText(designerTexts);
  const { document, change } = useDesign();
  const states = [...document.states].sort((a, b) => a.order_id - b.order_id);
  const keys = states.map((state) => state.key);
  if (states.length === 0) return <Empty description={t.access.noStates} />;
  return (
    <div className="designer-scroll">
      <Typography.Paragraph type="secondary">{t.access.hint}</Typography.Paragraph>
      <table className="designer-grid" data-testid="access-grid">
        <thead>
          <tr>
            <th scope="col">{t.access.field}</th>
            <th scope="col">{t.access.all}</th>
            {states.map((state) => (
              <th key={state.key} scope="col">
                {state.name || state.key}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {fieldChoices(document, t.base).map(({ key, name, isOwn }) => (
            <tr key={key}>
              <th scope="row" className={isOwn ? 'designer-own' : undefined}>
                {name || key}
                <code>{key}</code>
              </th>
              <td>
                <AccessSelect
                  value={common(states.map((state) => state.field_access[key] ?? null))}
                  label={t.access.whole(name)}
                  testId={`access-all-${key}`}
                  onChange={(access) => change(setAccess(keys, key, access))}
                />
              </td>
              {states.map((state) => (
                <td key={state.key}>
                  <AccessSelect
                    value={state.field_access[key] ?? null}
                    label={t.access.cell(name, state.name)}
                    testId={`access-${key}-${state.key}`}
                    onChange={(access) => change(setAccess([state.key], key, access))}
                  />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The one value that all have; undefined where they differ. */
function common(values: (Access | null)[]): Access | null | undefined {
  const [first] = values;
  return values.every((value) => value === first) ? first : undefined;
}
