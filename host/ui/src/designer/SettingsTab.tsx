// The workflow's own settings.
import { Form, Input, Select, Switch } from 'antd';
import type { Settings } from '../chart/document';
import { useText } from '../text/language';
import { useDesign, useProblems } from './design';
import { changeSettings } from './edits';
import { Entry } from './Entry';
import { fieldChoices } from './fieldChoices';
import { apart, beside } from './findings';
import { FindingList } from './FindingList';
import { LimitsForm } from './LimitsForm';
import { Picker } from './pickers/Picker';
import { designerTexts } from './texts';

export function SettingsTab() {
  const t = useText(designerTexts);
  const { document, change } = useDesign();
  const problems = useProblems('workflow');
  const set = (changes: Partial<Settings>, tag?: string) => change(changeSettings(changes), tag && `settings ${tag}`);
  return (
    <div className="designer-scroll">
      <Form layout="vertical" component="div" style={{ maxWidth: 640 }} data-testid="settings-form">
        <FindingList problems={apart(problems)} />
        <Entry label={t.settings.name} id="settings-name" problems={beside(problems, 'name')}>
          <Input id="settings-name" value={document.name} maxLength={500} onChange={(event) => set({ name: event.target.value }, 'name')} data-testid="settings-name" />
        </Entry>
        <Entry label={t.settings.description} id="settings-description" problems={beside(problems, 'description')}>
          <Input.TextArea id="settings-description" autoSize={{ minRows: 1, maxRows: 6 }} value={document.description} onChange={(event) => set({ description: event.target.value }, 'description')} data-testid="settings-description" />
        </Entry>
        <Entry label={t.settings.notices} hint={t.settings.noticesHint} id="settings-notices" problems={beside(problems, 'notices')}>
          <Picker id="settings-notices" source="notice" isMultiple value={document.notices} onChange={(notices) => set({ notices })} />
        </Entry>
        <Entry label={t.settings.viewCheck} id="settings-view-check">
          <Switch id="settings-view-check" checked={document.view_permission_check} onChange={(view_permission_check) => set({ view_permission_check })} data-testid="settings-view-check" />
        </Entry>
        <Entry label={t.settings.displayForm} hint={t.settings.displayFormHint} id="settings-display-form" problems={beside(problems, 'display_form')}>
          <Select<string[]>
            id="settings-display-form"
            mode="multiple"
            value={document.display_form}
            showSearch={{ optionFilterProp: 'label' }}
            options={fieldChoices(document, t.base).map(({ key, name }) => ({ value: key, label: `${name} (${key})` }))}
            onChange={(display_form) => set({ display_form })}
            data-testid="settings-display-form"
          />
        </Entry>
        <LimitsForm limits={document.limit_expression} problems={beside(problems, 'limit_expression')} onChange={(limit_expression, tag) => set({ limit_expression }, tag)} />
        <Entry label={t.settings.conditionPlugin} hint={t.settings.conditionPluginHint} id="settings-condition-plugin" problems={beside(problems, 'condition_plugin')}>
          <Picker id="settings-condition-plugin" source="condition" value={document.condition_plugin} onChange={(condition_plugin) => set({ condition_plugin })} />
        </Entry>
      </Form>
    </div>
  );
}
