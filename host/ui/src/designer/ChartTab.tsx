// The chart under edit, with the form of what is selected beside it.
import { ApartmentOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Flex, Typography } from 'antd';
import { useDeferredValue } from 'react';
import { Canvas, type Editing } from '../chart/Canvas';
import { useText } from '../text/language';
import { useDesign } from './design';
import { addState, addTransition, arrange, layOut, moveEnd } from './edits';
import { freshState, freshTransition } from './fresh';
import { Panel } from './Panel';
import { StateForm } from './StateForm';
import { designerTexts } from './texts';
import { TransitionForm } from './TransitionForm';

export function ChartTab() {
  const t = useText(designerTexts);
  const { document, change, selected, select, problems } = useDesign();
  // typing is not to wait for the layout
  const drawn = useDeferredValue(document);

  const editing: Editing = {
    selected,
    onSelect: select,
    onConnect: (source, target) => {
      const transition = freshTransition(document, { source, destination: target });
      change(addTransition(transition));
      select({ part: 'transition', key: transition.key });
    },
    onMoveEnd: (end, state) => change(moveEnd(end, state)),
    // pushes by the keyboard come many in a row and are one step back
    onArrange: ({ key, byKeyboard }, places) => change(arrange(places), byKeyboard ? `move ${key}` : undefined),
  };

  function add() {
    const state = freshState(document);
    change(addState(state));
    select({ part: 'state', key: state.key });
  }

  return (
    <div className="designer-split">
      <Flex vertical gap={6} style={{ flex: 1, minWidth: 0 }}>
        <Flex gap={10} align="center">
          <Button icon={<PlusOutlined />} onClick={add} data-testid="designer-add-state">
            {t.bar.addState}
          </Button>
          {document.states.some((state) => state.position) && (
            <Button icon={<ApartmentOutlined />} onClick={() => change(layOut)} data-testid="designer-lay-out">
              {t.bar.layOut}
            </Button>
          )}
          <Typography.Text type="secondary" style={{ fontSize: 12 }}>
            {t.bar.hint}
          </Typography.Text>
        </Flex>
        <div style={{ flex: 1, minHeight: 0 }}>
          <Canvas document={drawn} problems={problems} height="100%" editing={editing} />
        </div>
      </Flex>
      <SelectedPanel />
    </div>
  );
}

function SelectedPanel() {
  const t = useText(designerTexts);
  const { document, selected, select } = useDesign();
  if (!selected) return null;
  const state = selected.part === 'state' ? document.states.find((one) => one.key === selected.key) : undefined;
  const transition = selected.part === 'transition' ? document.transitions.find((one) => one.key === selected.key) : undefined;
  const part = state ?? transition;
  if (!part) return null;
  return (
    <Panel title={`${t.parts[selected.part] ?? ''}: ${part.name || t.unnamed}`} onClose={() => select(null)}>
      {state && <StateForm key={state.key} state={state} />}
      {transition && <TransitionForm key={transition.key} transition={transition} />}
    </Panel>
  );
}
