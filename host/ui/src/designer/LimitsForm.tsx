// Who may create tickets, and how many (behaviour §4.3). Members that gavia does not know stay as they are.
import { Alert, Flex, InputNumber, Select, Typography } from 'antd';
import type { Json, JsonObject, Problem } from '../chart/document';
import { useFindingText } from '../chart/findingText';
import { useText } from '../text/language';
import { Entry } from './Entry';
import { Picker } from './pickers/Picker';
import { designerTexts } from './texts';

interface Props {
  limits: JsonObject;
  problems: Problem[];
  onChange: (limits: JsonObject, tag?: string) => void;
}

const KNOWN = ['period', 'count', 'level', 'allow_persons', 'allow_depts', 'allow_roles'];

export function LimitsForm({ limits, problems, onChange }: Props) {
  const t = useText(designerTexts);
  const textOf = useFindingText();
  const set = (member: string, value: Json | null, tag?: string) => {
    const rest = Object.fromEntries(Object.entries(limits).filter(([one]) => one !== member));
    onChange(value === null || value === '' ? rest : { ...rest, [member]: value }, tag);
  };
  const number = (member: string) => (typeof limits[member] === 'number' ? limits[member] : null);
  const text = (member: string) => (Array.isArray(limits[member]) ? limits[member].join(',') : String(limits[member] ?? ''));
  const others = Object.fromEntries(Object.entries(limits).filter(([member]) => !KNOWN.includes(member)));
  return (
    <fieldset className="designer-fieldset">
      <legend>{t.settings.limits}</legend>
      <Typography.Paragraph type="secondary">{t.settings.limitsHint}</Typography.Paragraph>
      {problems.map((problem, index) => (
        <Alert key={index} type={problem.level} title={textOf(problem)} style={{ marginBottom: 8 }} />
      ))}
      <Flex gap={12}>
        {(['count', 'period'] as const).map((member) => (
          <Entry key={member} label={t.settings[member]} id={`limits-${member}`}>
            <InputNumber id={`limits-${member}`} min={0} precision={member === 'count' ? 0 : undefined} value={number(member)} onChange={(value) => set(member, value, `limits ${member}`)} data-testid={`limits-${member}`} />
          </Entry>
        ))}
        <Entry label={t.settings.level} id="limits-level">
          <Select<string>
            id="limits-level"
            style={{ minWidth: 170 }}
            value={String(limits.level ?? 'none') === '2' ? '2' : '1'}
            options={['1', '2'].map((level) => ({ value: level, label: t.settings.levels[level] }))}
            onChange={(level) => set('level', Number(level))}
            data-testid="limits-level"
          />
        </Entry>
      </Flex>
      <Entry label={t.settings.persons} id="limits-persons">
        <Picker id="limits-persons" source="user" isMultiple value={text('allow_persons')} onChange={(value) => set('allow_persons', value)} />
      </Entry>
      <Entry label={t.settings.depts} id="limits-depts">
        <Picker id="limits-depts" source="department" isMultiple value={text('allow_depts')} onChange={(value) => set('allow_depts', value)} />
      </Entry>
      <Entry label={t.settings.roles} id="limits-roles">
        <Picker id="limits-roles" source="role" isMultiple value={text('allow_roles')} onChange={(value) => set('allow_roles', value)} />
      </Entry>
      {Object.keys(others).length > 0 && (
        <Typography.Paragraph type="secondary">
          {t.settings.otherLimits}: <code>{JSON.stringify(others)}</code>
        </Typography.Paragraph>
      )}
    </fieldset>
  );
}
