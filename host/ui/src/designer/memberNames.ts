// The words for the members of a document, from the forms that edit them.
import type { DesignerTexts } from './texts/en';

export function memberNames(t: DesignerTexts): Record<string, string> {
  return {
    name: t.state.name,
    key: t.field.key,
    kind: t.state.kind,
    order_id: t.state.order,
    position: t.state.position,
    is_hidden: t.state.hidden,
    sub_workflow_id: t.state.child,
    remember_last_handler: t.state.remember,
    participant: t.participant.kind,
    distribution: t.state.distribution,
    field_access: t.tabs.access,
    label: t.state.label,
    plugin_args: t.state.pluginArgs,
    timer_seconds: t.transition.timer,
    source: t.transition.source,
    destination: t.transition.destination,
    conditions: t.transition.conditions,
    attribute: t.transition.attribute,
    field_require_check: t.transition.fieldCheck,
    alert_enable: t.transition.alert,
    alert_text: t.transition.alertText,
    default_value: t.field.default,
    description: t.settings.description,
    template: t.field.template,
    boolean_display: t.field.boolean,
    choices: t.field.choices,
    notices: t.settings.notices,
    view_permission_check: t.settings.viewCheck,
    limit_expression: t.settings.limits,
    display_form: t.settings.displayForm,
    condition_plugin: t.settings.conditionPlugin,
  };
}
