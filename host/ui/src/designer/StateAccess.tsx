// The fields of one state and what its handler may do with each; the grid shows all states at once.
import { CloseOutlined } from '@ant-design/icons';
import { Button, Flex, Select } from 'antd';
import type { Problem, State } from '../chart/document';
import { AccessSelect } from './AccessSelect';
import { useDesign } from './design';
import { setAccess } from './edits';
import { Entry } from './Entry';
import { fieldChoices } from './fieldChoices';
import { designerTexts } from './texts';
import { useText } from '../text/language';

export function StateAccess({ state, problems }: { state: State; problems: Problem[] }) {
  const t = useText(designerTexts);
  const { document, change, openTab } = useDesign();
  const choices = fieldChoices(document, t.base);
  const shown = choices.filter((choice) => choice.key in state.field_access);
  const others = choices.filter((choice) => !(choice.key in state.field_access));
  return (
    <Entry
      label={t.state.fields}
      hint={t.state.fieldsHint}
      id="state-add-field"
      problems={problems}
    >
      <Flex vertical gap={4}>
        {shown.map(({ key, name }) => (
          <Flex key={key} gap={6} align="center">
            <span style={{ flex: 1, overflowWrap: 'anywhere' }} title={key}>
              {name || key}
            </span>
            <AccessSelect
              value={state.field_access[key] ?? null}
              label={t.access.cell(name, state.name)}
              testId={`state-access-${key}`}
              onChange={(access) => change(setAccess([state.key], key, access))}
            />
            <Button type="text" size="small" icon={<CloseOutlined />} aria-label={`${t.access.notShown}: ${name}`} onClick={() => change(setAccess([state.key], key, null))} />
          </Flex>
        ))}
        <Flex gap={6}>
          <Select<string>
            id="state-add-field"
            style={{ flex: 1 }}
            value={null}
            placeholder={t.state.addFieldAccess}
            showSearch={{ optionFilterProp: 'label' }}
            options={others.map(({ key, name }) => ({ value: key, label: `${name} (${key})` }))}
            onChange={(key) => change(setAccess([state.key], key, state.kind === 'start' ? 'required' : 'read_only'))}
            data-testid="state-add-field"
          />
          <Button onClick={() => openTab('access')} data-testid="state-open-access">
            {t.tabs.access}
          </Button>
        </Flex>
      </Flex>
    </Entry>
  );
}
