// What a state is, told in full when the pointer rests on it.
import type { Names } from '../parts/names';
import { participantLine } from './words';
import type { Problem, State } from './document';
import { useFindingText } from './findingText';
import { chartTexts } from './texts';
import { useText } from '../text/language';
import { common } from '../text/common';

export function StateTip({ state, names, problems }: { state: State; names: Names; problems: Problem[] }) {
  const t = useText(chartTexts);
  const shared = useText(common);
  const yes = (value: boolean) => (value ? shared.yes : shared.no);
  const access = Object.entries(state.field_access).map(([key, one]) => `${key}: ${t.accesses[one]}`);
  const rows: [string, string][] = [
    [t.tip.kind, t.stateKinds[state.kind]],
    [t.tip.order, String(state.order_id)],
    [t.tip.hidden, yes(state.is_hidden)],
    [t.tip.participantKind, t.participantKinds[state.participant.kind]],
    [t.tip.participant, participantLine(state.participant, t, names)],
    [t.tip.distribution, t.distributions[state.distribution]],
    [t.tip.remember, yes(state.remember_last_handler)],
    [t.tip.child, state.sub_workflow_id === 0 ? shared.none : String(state.sub_workflow_id)],
    [t.tip.fields, access.join(', ')],
  ];
  return (
    <div className="chart-tip">
      <strong>{state.name}</strong>
      <dl>
        {rows
          .filter(([, value]) => value !== '')
          .map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
      </dl>
      <Findings problems={problems} />
    </div>
  );
}

export function Findings({ problems }: { problems: Problem[] }) {
  const textOf = useFindingText();
  if (problems.length === 0) return null;
  return (
    <ul className="chart-findings">
      {problems.map((problem, index) => (
        <li key={index} className={`chart-${problem.level}`}>
          {textOf(problem)}
        </li>
      ))}
    </ul>
  );
}
