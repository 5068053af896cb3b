// A link of the chart along the route that the layout gave it, with its label on the line.
import { ExclamationCircleFilled } from '@ant-design/icons';
import { BaseEdge, EdgeLabelRenderer, type Edge, type EdgeProps } from '@xyflow/react';
import type { Problem } from './document';
import { useFindingText } from './findingText';
import type { PlacedLink } from './layout';
import { worst } from './problems';
import { chartTexts } from './texts';
import { useText } from '../text/language';

export interface LinkData extends Record<string, unknown> {
  link: PlacedLink;
  /** The label in full. */
  text: string;
  problems: Problem[];
  isLit: boolean;
  isDimmed: boolean;
  onPress?: (transition: string) => void;
}

export type LinkEdgeType = Edge<LinkData, 'link'>;

export function LinkEdge({ data, selected, markerEnd }: EdgeProps<LinkEdgeType>) {
  const t = useText(chartTexts);
  const textOf = useFindingText();
  if (!data) return null;
  const { link, problems } = data;
  const level = worst(problems);
  const classes = ['chart-line', link.isTimer && 'chart-timer', link.isRefusal && 'chart-refusal', data.isLit && 'chart-lit'];
  if (selected) classes.push('chart-selected');
  if (data.isDimmed) classes.push('chart-dim');
  const className = classes.filter(Boolean).join(' ');
  // what is wrong is told once for a transition, on its first link
  const marked = level !== null && (link.role === 'plain' || link.role === 'enter');
  return (
    <>
      <BaseEdge path={link.path} markerEnd={markerEnd} interactionWidth={16} className={className} />
      {(link.lines.length > 0 || marked) && (
        <EdgeLabelRenderer>
          <div
            className={`chart-label nodrag nopan ${className} ${link.role === 'condition' ? 'chart-expression' : ''}`}
            style={{ transform: `translate(-50%, -50%) translate(${link.labelAt.x}px, ${link.labelAt.y}px)`, maxWidth: link.labelWidth + 24 }}
            title={[data.text, ...problems.map(textOf)].join('\n')}
            onClick={() => data.onPress?.(link.transition)}
            data-testid={`chart-link-${link.id}`}
            data-lit={data.isLit || undefined}
          >
            {link.lines.map((line, index) => (
              <div key={index}>{line}</div>
            ))}
            {marked && (
              <span className={`chart-badge chart-${level}`} title={t.problems(problems.length)} data-testid={`chart-problem-${link.transition}`}>
                <ExclamationCircleFilled />
              </span>
            )}
          </div>
        </EdgeLabelRenderer>
      )}
    </>
  );
}
