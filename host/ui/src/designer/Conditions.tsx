// The conditions of a transition in their order, each with its target and what the checker says of it.
import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import { Button, Flex } from 'antd';
import type { Condition, Problem, Transition } from '../chart/document';
import { useText } from '../text/language';
import { useDesign } from './design';
import { changeTransition } from './edits';
import { Entry } from './Entry';
import { ExpressionInput } from './ExpressionInput';
import { ofCondition, ofNoCondition } from './findings';
import { StateSelect } from './StateSelect';
import { designerTexts } from './texts';

export function Conditions({ transition, problems }: { transition: Transition; problems: Problem[] }) {
  const t = useText(designerTexts);
  const { change } = useDesign();
  const { conditions } = transition;
  const set = (next: Condition[], tag?: string) => change(changeTransition(transition.key, { conditions: next }), tag && `${transition.key} ${tag}`);
  const changeOne = (index: number, changes: Partial<Condition>, tag?: string) =>
    set(conditions.map((condition, place) => (place === index ? { ...condition, ...changes } : condition)), tag);

  function move(index: number, by: number) {
    const next = [...conditions];
    const [moved] = next.splice(index, 1);
    if (moved) next.splice(index + by, 0, moved);
    set(next);
  }

  return (
    <Entry label={t.transition.conditions} hint={t.transition.conditionsHint} problems={ofNoCondition(problems)}>
      <Flex vertical gap={10}>
        {conditions.map((condition, index) => (
          <div key={index} className="designer-condition" data-testid={`condition-${index}`}>
            <Flex justify="space-between" align="center">
              <strong>
                {t.transition.expression} {index + 1}
              </strong>
              <span>
                <Button type="text" size="small" icon={<ArrowUpOutlined />} disabled={index === 0} aria-label={t.transition.up} onClick={() => move(index, -1)} />
                <Button type="text" size="small" icon={<ArrowDownOutlined />} disabled={index === conditions.length - 1} aria-label={t.transition.down} onClick={() => move(index, 1)} />
                <Button
                  type="text"
                  size="small"
                  danger
                  icon={<DeleteOutlined />}
                  aria-label={`${t.difference.removed} ${index + 1}`}
                  onClick={() => set(conditions.filter((_, place) => place !== index))}
                  data-testid={`condition-${index}-remove`}
                />
              </span>
            </Flex>
            <ExpressionInput
              id={`condition-${index}-expression`}
              label={`${t.transition.expression} ${index + 1}`}
              value={condition.expression}
              findings={ofCondition(problems, index, condition.expression)}
              onChange={(expression) => changeOne(index, { expression }, `condition ${index}`)}
            />
            <Flex gap={8} align="center">
              <span style={{ whiteSpace: 'nowrap' }}>{t.transition.target}</span>
              <StateSelect id={`condition-${index}-target`} label={t.transition.target} value={condition.target} onChange={(target) => changeOne(index, { target })} />
            </Flex>
          </div>
        ))}
        <Button
          icon={<PlusOutlined />}
          onClick={() => set([...conditions, { expression: '', target: null }])}
          data-testid="condition-add"
        >
          {t.transition.addCondition}
        </Button>
      </Flex>
    </Entry>
  );
}
