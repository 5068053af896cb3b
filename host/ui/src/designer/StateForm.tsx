// The side panel of a state: all that a state has.
import { Button, Flex, Form, Input, InputNumber, Select, Switch, Typography } from 'antd';
import { DISTRIBUTIONS, STATE_KINDS, type State } from '../chart/document';
import { chartTexts } from '../chart/texts';
import { useText } from '../text/language';
import { Picker } from './pickers/Picker';
import { useDesign, useProblems } from './design';
import { changeChild, changeState, changeStateKind, removeState } from './edits';
import { Entry } from './Entry';
import { apart, beside } from './findings';
import { FindingList } from './FindingList';
import { JsonInput } from './JsonInput';
import { Leaving } from './Leaving';
import { isShared, ParticipantForm } from './ParticipantForm';
import { StateAccess } from './StateAccess';
import { designerTexts } from './texts';

export function StateForm({ state }: { state: State }) {
  const t = useText(designerTexts);
  const words = useText(chartTexts);
  const { change, select } = useDesign();
  const problems = useProblems('state', state.key);
  const set = (changes: Partial<State>, tag?: string) => change(changeState(state.key, changes), tag && `${state.key} ${tag}`);
  return (
    <Form layout="vertical" component="div" data-testid="state-form">
      <FindingList problems={apart(problems)} />
      <Entry label={t.state.name} id="state-name" problems={beside(problems, 'name')}>
        <Input id="state-name" value={state.name} maxLength={500} onChange={(event) => set({ name: event.target.value }, 'name')} data-testid="state-name" />
      </Entry>
      <Flex gap={12}>
        <div style={{ flex: 1 }}>
          <Entry label={t.state.kind} id="state-kind">
            <Select
              id="state-kind"
              value={state.kind}
              options={STATE_KINDS.map((kind) => ({ value: kind, label: words.stateKinds[kind] }))}
              onChange={(kind) => change(changeStateKind(state.key, kind))}
              data-testid="state-kind"
            />
          </Entry>
        </div>
        <div style={{ flex: 1 }}>
          <Entry label={t.state.order} id="state-order" problems={beside(problems, 'order_id')}>
            <InputNumber id="state-order" style={{ width: '100%' }} precision={0} value={state.order_id} onChange={(order) => set({ order_id: order ?? 0 }, 'order')} data-testid="state-order" />
          </Entry>
        </div>
      </Flex>
      <Typography.Paragraph type="secondary">
        {t.state.kindHint} {t.state.orderHint}
      </Typography.Paragraph>
      <ParticipantForm state={state} problems={problems} />
      <Entry label={t.state.distribution} hint={isShared(state) ? t.state.distributionHint : t.state.distributionIdle} id="state-distribution" problems={beside(problems, 'distribution')}>
        <Select
          id="state-distribution"
          disabled={!isShared(state)}
          value={state.distribution}
          options={DISTRIBUTIONS.map((one) => ({ value: one, label: words.distributions[one] }))}
          onChange={(distribution) => set({ distribution })}
          data-testid="state-distribution"
        />
      </Entry>
      <Leaving state={state} />
      <StateAccess state={state} problems={beside(problems, 'field_access')} />
      <Entry label={t.state.hidden} hint={t.state.hiddenHint} id="state-hidden">
        <Switch id="state-hidden" checked={state.is_hidden} onChange={(is_hidden) => set({ is_hidden })} data-testid="state-hidden" />
      </Entry>
      <Entry label={t.state.remember} hint={t.state.rememberHint} id="state-remember">
        <Switch id="state-remember" checked={state.remember_last_handler} onChange={(remember_last_handler) => set({ remember_last_handler })} data-testid="state-remember" />
      </Entry>
      <Entry label={t.state.child} hint={t.state.childHint} id="state-child" problems={beside(problems, 'sub_workflow_id')}>
        <Picker
          id="state-child"
          source="workflow"
          value={state.sub_workflow_id === 0 ? '' : String(state.sub_workflow_id)}
          onChange={(id) => change(changeChild(state.key, Number(id)))}
        />
      </Entry>
      <JsonInput id="state-label" label={t.state.label} hint={t.state.labelHint} wants="object" value={state.label} problems={beside(problems, 'label')} onChange={(label) => set({ label: label as State['label'] }, 'label')} />
      <JsonInput id="state-plugin-args" label={t.state.pluginArgs} hint={t.state.pluginArgsHint} wants="any" value={state.plugin_args} problems={beside(problems, 'plugin_args')} onChange={(plugin_args) => set({ plugin_args }, 'args')} />
      <Typography.Paragraph type="secondary">
        {t.state.key}: <code>{state.key}</code>
      </Typography.Paragraph>
      <Button
        danger
        onClick={() => {
          change(removeState(state.key));
          select(null);
        }}
        data-testid="state-remove"
      >
        {t.state.remove}
      </Button>
    </Form>
  );
}
