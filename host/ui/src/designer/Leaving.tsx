// The transitions that leave a state, each a step to its own form; and new ones, also for who uses no pointer.
import { ArrowRightOutlined } from '@ant-design/icons';
import { Button, Flex, Select } from 'antd';
import type { State } from '../chart/document';
import { useText } from '../text/language';
import { useDesign } from './design';
import { addState, addTransition } from './edits';
import { Entry } from './Entry';
import { freshState, freshTransition } from './fresh';
import { designerTexts } from './texts';

const NEW = ' new';

export function Leaving({ state }: { state: State }) {
  const t = useText(designerTexts);
  const { document, change, select } = useDesign();
  const leaving = document.transitions.filter((transition) => transition.source === state.key);
  const nameOf = (key: string | null) => document.states.find((one) => one.key === key)?.name || key || '–';

  function add(target: string) {
    const made = target === NEW ? freshState(document) : null;
    const transition = freshTransition(document, { source: state.key, destination: made?.key ?? target });
    change((before) => addTransition(transition)(made ? addState(made)(before) : before));
    select(made ? { part: 'state', key: made.key } : { part: 'transition', key: transition.key });
  }

  return (
    <Entry label={t.state.leaving} hint={t.state.leavingHint} id="state-add-transition">
      <Flex vertical gap={4}>
        {leaving.map((transition) => (
          <Button key={transition.key} size="small" style={{ justifyContent: 'start' }} onClick={() => select({ part: 'transition', key: transition.key })} data-testid={`leaving-${transition.key}`}>
            {transition.name || t.unnamed} <ArrowRightOutlined /> {nameOf(transition.destination)}
          </Button>
        ))}
        <Select<string>
          id="state-add-transition"
          value={null}
          placeholder={t.state.addLeaving}
          options={[{ value: NEW, label: t.state.newState }, ...document.states.map((one) => ({ value: one.key, label: one.name || one.key }))]}
          onChange={add}
          data-testid="state-add-transition"
        />
      </Flex>
    </Entry>
  );
}
