// The side panel of a transition: all that a transition has.
import { Alert, Button, Form, Input, Radio, Select, Switch, Typography } from 'antd';
import { ATTRIBUTES, TRANSITION_KINDS, type Transition } from '../chart/document';
import { chartTexts } from '../chart/texts';
import { useText } from '../text/language';
import { Conditions } from './Conditions';
import { useDesign, useProblems } from './design';
import { DurationInput } from './DurationInput';
import { changeTransition, removeTransition } from './edits';
import { Entry } from './Entry';
import { apart, beside } from './findings';
import { FindingList } from './FindingList';
import { StateSelect } from './StateSelect';
import { designerTexts } from './texts';

export function TransitionForm({ transition }: { transition: Transition }) {
  const t = useText(designerTexts);
  const words = useText(chartTexts);
  const { change, select } = useDesign();
  const problems = useProblems('transition', transition.key);
  const set = (changes: Partial<Transition>, tag?: string) => change(changeTransition(transition.key, changes), tag && `${transition.key} ${tag}`);
  return (
    <Form layout="vertical" component="div" data-testid="transition-form">
      <FindingList problems={apart(problems)} />
      <Entry label={t.transition.name} hint={t.transition.nameHint} id="transition-name" problems={beside(problems, 'name')}>
        <Input id="transition-name" value={transition.name} maxLength={500} onChange={(event) => set({ name: event.target.value }, 'name')} data-testid="transition-name" />
      </Entry>
      <Entry label={t.transition.source} id="transition-source" problems={beside(problems, 'source')}>
        <StateSelect id="transition-source" value={transition.source} onChange={(source) => set({ source })} />
      </Entry>
      <Entry label={transition.conditions.length > 0 ? t.transition.destinationElse : t.transition.destination} id="transition-destination" problems={beside(problems, 'destination')}>
        <StateSelect id="transition-destination" value={transition.destination} onChange={(destination) => set({ destination })} />
      </Entry>
      {transition.broken_conditions !== undefined && (
        <Alert
          type="error"
          title={t.transition.broken}
          description={<code>{transition.broken_conditions}</code>}
          action={<Button onClick={() => set({ broken_conditions: undefined, conditions: [] })}>{t.transition.dropBroken}</Button>}
        />
      )}
      <Conditions transition={transition} problems={problems} />
      <Entry label={t.transition.kind} id="transition-kind">
        <Radio.Group
          id="transition-kind"
          value={transition.kind}
          options={TRANSITION_KINDS.map((kind) => ({ value: kind, label: <span data-testid={`transition-kind-${kind}`}>{words.transitionKinds[kind]}</span> }))}
          onChange={(event) => set({ kind: event.target.value as Transition['kind'] })}
        />
      </Entry>
      {transition.kind === 'timer' && (
        <Entry label={t.transition.timer} hint={t.transition.timerHint} id="transition-timer" problems={beside(problems, 'timer_seconds')}>
          <DurationInput key={transition.key} id="transition-timer" seconds={transition.timer_seconds} onChange={(timer_seconds) => set({ timer_seconds }, 'timer')} />
        </Entry>
      )}
      <Entry label={t.transition.attribute} hint={t.transition.attributeHint} id="transition-attribute">
        <Select
          id="transition-attribute"
          value={transition.attribute}
          options={ATTRIBUTES.map((one) => ({ value: one, label: words.attributes[one] }))}
          onChange={(attribute) => set({ attribute })}
          data-testid="transition-attribute"
        />
      </Entry>
      <Entry label={t.transition.fieldCheck} hint={t.transition.fieldCheckHint} id="transition-field-check">
        <Switch id="transition-field-check" checked={transition.field_require_check} onChange={(field_require_check) => set({ field_require_check })} data-testid="transition-field-check" />
      </Entry>
      <Entry label={t.transition.alert} id="transition-alert">
        <Switch id="transition-alert" checked={transition.alert_enable} onChange={(alert_enable) => set({ alert_enable })} data-testid="transition-alert" />
      </Entry>
      {transition.alert_enable && (
        <Entry label={t.transition.alertText} id="transition-alert-text" problems={beside(problems, 'alert_text')}>
          <Input id="transition-alert-text" value={transition.alert_text} onChange={(event) => set({ alert_text: event.target.value }, 'alert')} data-testid="transition-alert-text" />
        </Entry>
      )}
      <Typography.Paragraph type="secondary">
        {t.transition.key}: <code>{transition.key}</code>
      </Typography.Paragraph>
      <Button
        danger
        onClick={() => {
          change(removeTransition(transition.key));
          select(null);
        }}
        data-testid="transition-remove"
      >
        {t.transition.remove}
      </Button>
    </Form>
  );
}
