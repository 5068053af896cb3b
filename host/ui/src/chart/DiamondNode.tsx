// The diamond of a transition with conditions: which of them holds decides where the ticket goes.
import { Popover } from 'antd';
import type { Node, NodeProps } from '@xyflow/react';
import type { Problem, Transition } from './document';
import type { PlacedNode } from './layout';
import { worst } from './problems';
import { Ports, type NamedPort } from './StateNode';
import { Findings } from './StateTip';
import { chartTexts } from './texts';
import { useText } from '../text/language';

export interface DiamondData extends Record<string, unknown> {
  node: PlacedNode;
  transition: Transition;
  stateName: (key: string | null) => string;
  ports: NamedPort[];
  problems: Problem[];
  isLit: boolean;
}

export type DiamondNodeType = Node<DiamondData, 'diamond'>;

export function DiamondNode({ data, selected }: NodeProps<DiamondNodeType>) {
  const { node, transition, problems } = data;
  const level = worst(problems);
  const half = node.width / 2;
  const classes = ['chart-diamond', data.isLit && 'chart-lit', selected && 'chart-selected', level && `chart-has-${level}`];
  return (
    <Popover mouseEnterDelay={0.4} placement="right" open={selected ? false : undefined} content={<Tip {...data} />}>
      <div className={classes.filter(Boolean).join(' ')} data-testid={`chart-diamond-${transition.key}`}>
        <svg width={node.width} height={node.height} aria-hidden="true">
          <path d={`M ${half} 1 L ${node.width - 1} ${half} L ${half} ${node.height - 1} L 1 ${half} Z`} />
        </svg>
        <span className="chart-question" aria-hidden="true">
          ?
        </span>
        <Ports ports={data.ports} node={node} />
      </div>
    </Popover>
  );
}

function Tip({ transition, stateName, problems }: DiamondData) {
  const t = useText(chartTexts);
  return (
    <div className="chart-tip">
      <strong>{transition.name}</strong>
      <dl>
        {transition.conditions.map((condition, index) => (
          <div key={index}>
            <dt>{t.condition(index + 1)}</dt>
            <dd>
              <code>{condition.expression}</code> → {stateName(condition.target)}
            </dd>
          </div>
        ))}
        <div>
          <dt>{t.otherwise}</dt>
          <dd>→ {stateName(transition.destination)}</dd>
        </div>
      </dl>
      <Findings problems={problems} />
    </div>
  );
}
