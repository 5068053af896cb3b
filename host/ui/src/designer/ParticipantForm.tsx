// Who acts in a state: the kind, and for each kind the picker that fits, so that nobody types an id.
import { Input, Select } from 'antd';
import { PARTICIPANT_KINDS, type Participant, type ParticipantKind, type Problem, type State } from '../chart/document';
import { chartTexts } from '../chart/texts';
import { useText } from '../text/language';
import { useDesign } from './design';
import { changeState } from './edits';
import { Entry } from './Entry';
import { fieldChoices } from './fieldChoices';
import { beside } from './findings';
import { HookForm } from './HookForm';
import { Picker } from './pickers/Picker';
import type { Source } from './pickers/sources';
import { designerTexts } from './texts';

const PICKED: Partial<Record<ParticipantKind, { source: Source; isMultiple: boolean }>> = {
  person: { source: 'user', isMultiple: false },
  several: { source: 'user', isMultiple: true },
  everybody: { source: 'user', isMultiple: true },
  department: { source: 'department', isMultiple: true },
  role: { source: 'role', isMultiple: false },
  script: { source: 'script', isMultiple: false },
  plugin: { source: 'participants', isMultiple: false },
};

export function ParticipantForm({ state, problems }: { state: State; problems: Problem[] }) {
  const t = useText(designerTexts);
  const words = useText(chartTexts);
  const { change } = useDesign();
  const { kind } = state.participant;
  const set = (participant: Participant, tag?: string) => change(changeState(state.key, { participant }), tag);
  const own = beside(problems, 'participant');
  return (
    <>
      <Entry label={t.participant.kind} hint={t.participant.hints[kind]} id="participant-kind" problems={kind === 'nobody' || kind === 'hook' ? own : []}>
        <Select<ParticipantKind>
          id="participant-kind"
          value={kind}
          options={PARTICIPANT_KINDS.map((one) => ({ value: one, label: words.participantKinds[one] }))}
          onChange={(next) => set({ kind: next, value: startOf(next, kind, state.participant.value) })}
          data-testid="participant-kind"
        />
      </Entry>
      <Value state={state} onChange={set} problems={own} />
    </>
  );
}

/** What is kept when the kind changes: people stay people. */
function startOf(next: ParticipantKind, before: ParticipantKind, value: Participant['value']): Participant['value'] {
  if (next === 'hook') return { hook_url: '', hook_token: '', wait: true };
  const people: ParticipantKind[] = ['person', 'several', 'everybody'];
  if (people.includes(next) && people.includes(before) && typeof value === 'string') return next === 'person' ? (value.split(',')[0] ?? '') : value;
  return next === 'variable' ? 'creator' : '';
}

interface ValueProps {
  state: State;
  onChange: (participant: Participant, tag?: string) => void;
  problems: Problem[];
}

function Value({ state, onChange, problems }: ValueProps) {
  const t = useText(designerTexts);
  const words = useText(chartTexts);
  const { document } = useDesign();
  const { kind, value } = state.participant;
  const text = typeof value === 'string' ? value : '';
  const id = 'participant-value';
  const label = words.tip.participant;
  const picked = PICKED[kind];
  if (kind === 'nobody') return null;
  if (kind === 'hook') return <HookForm value={value} onChange={(next, tag) => onChange({ kind, value: next }, tag)} stateKey={state.key} />;
  if (picked) {
    return (
      <Entry label={label} id={id} problems={problems}>
        <Picker key={kind} id={id} {...picked} value={text} onChange={(next) => onChange({ kind, value: next })} />
      </Entry>
    );
  }
  if (kind === 'parent_field') {
    return (
      <Entry label={t.participant.fieldKey} id={id} problems={problems}>
        <Input id={id} value={text} onChange={(event) => onChange({ kind, value: event.target.value }, `${state.key} parent`)} data-testid={id} />
      </Entry>
    );
  }
  const options =
    kind === 'variable'
      ? Object.entries(words.variables).map(([key, name]) => ({ value: key, label: name }))
      : fieldChoices(document, t.base).map(({ key, name }) => ({ value: key, label: `${name} (${key})` }));
  return (
    <Entry label={label} id={id} problems={problems}>
      <Select<string[]>
        id={id}
        mode="multiple"
        value={text.split(',').map((one) => one.trim()).filter((one) => one !== '')}
        options={options}
        showSearch={{ optionFilterProp: 'label' }}
        onChange={(next) => onChange({ kind, value: next.join(',') })}
        data-testid={id}
      />
    </Entry>
  );
}

/** Whether several people may be meant, so that the distribution means something (behaviour §4.6). */
export function isShared({ participant }: State): boolean {
  return !['nobody', 'person', 'script', 'hook', 'everybody'].includes(participant.kind);
}
