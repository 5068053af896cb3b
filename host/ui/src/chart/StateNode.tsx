// A state in the chart: its name, who acts, signs and findings. Ports are where links end; the designer adds a handle to draw new ones from.
import { EnvironmentFilled, ExclamationCircleFilled } from '@ant-design/icons';
import { Handle, Position, useConnection, type Node, type NodeProps } from '@xyflow/react';
import { Popover } from 'antd';
import type { Problem, State } from './document';
import type { PlacedNode, Port } from './layout';
import { worst } from './problems';
import { Signs } from './icons';
import { StateTip } from './StateTip';
import { chartTexts } from './texts';
import { useText } from '../text/language';
import type { Names } from '../parts/names';

export interface NamedPort extends Port {
  id: string;
  type: 'source' | 'target';
}

export interface StateData extends Record<string, unknown> {
  node: PlacedNode;
  state: State;
  small: string;
  names: Names;
  ports: NamedPort[];
  problems: Problem[];
  isLit: boolean;
  isCurrent: boolean;
  isEditable: boolean;
}

export type StateNodeType = Node<StateData, 'state'>;

const POSITIONS = { top: Position.Top, bottom: Position.Bottom, left: Position.Left, right: Position.Right };

export function StateNode({ data, selected, dragging }: NodeProps<StateNodeType>) {
  const t = useText(chartTexts);
  const { node, state, problems } = data;
  const level = worst(problems);
  const classes = ['chart-state', `chart-${state.kind}`];
  if (state.is_hidden) classes.push('chart-hidden');
  if (data.isLit) classes.push('chart-lit');
  if (data.isCurrent) classes.push('chart-current');
  if (selected) classes.push('chart-selected');
  if (level) classes.push(`chart-has-${level}`);
  return (
    <Popover mouseEnterDelay={0.4} placement="right" open={selected || dragging ? false : undefined} content={<StateTip state={state} names={data.names} problems={problems} />}>
      <div className={classes.join(' ')} data-testid={`chart-state-${state.key}`} data-current={data.isCurrent || undefined} data-lit={data.isLit || undefined}>
        <div className="chart-name">
          {node.lines.map((line, index) => (
            <div key={index}>{line}</div>
          ))}
          {node.lines.length === 0 && t.unnamed}
        </div>
        {data.small !== '' && <div className="chart-small">{data.small}</div>}
        <span className="chart-signs">
          <Signs state={state} />
        </span>
        {level && (
          <span className={`chart-badge chart-${level}`} title={t.problems(problems.length)} data-testid={`chart-problem-${state.key}`}>
            <ExclamationCircleFilled />
          </span>
        )}
        {data.isCurrent && (
          <span className="chart-here" title={t.current}>
            <EnvironmentFilled />
          </span>
        )}
        <Ports ports={data.ports} node={node} />
        {data.isEditable && <NewLink nodeKey={state.key} />}
      </div>
    </Popover>
  );
}

/** Invisible ends of the links, where the layout put them. */
export function Ports({ ports, node }: { ports: NamedPort[]; node: PlacedNode }) {
  return ports.map((port) => (
    <Handle
      key={port.id}
      id={port.id}
      type={port.type}
      position={POSITIONS[port.side]}
      isConnectable={false}
      className="chart-port"
      style={{ left: port.x - node.x + node.width / 2, top: port.y - node.y + node.height / 2 }}
    />
  ));
}

/** Where a new transition is drawn from; the whole node takes one while one is being drawn. */
function NewLink({ nodeKey }: { nodeKey: string }) {
  const isDrawing = useConnection((connection) => connection.inProgress);
  return (
    <>
      <Handle id="new" type="source" position={Position.Bottom} className="chart-new" data-testid={`chart-connect-${nodeKey}`} />
      <Handle id="any" type="target" position={Position.Top} className="chart-any" style={{ pointerEvents: isDrawing ? 'all' : 'none' }} />
    </>
  );
}
