// How long tickets stay in states: a bar for the median, a thin line for nine in ten. The longest first.
import { Empty, theme } from 'antd';
import type { Schema } from '../api/types';
import { chartTexts } from '../chart/texts';
import { duration } from '../parts/time';
import { useText } from '../text/language';

export type StateTime = Schema['StateNumbers'];

const WIDTH = 600;
const ROW = 34;
const LABEL = 190;
const RIGHT = 150;
const SHOWN = 10;

interface Props {
  times: StateTime[];
  title: string;
  empty: string;
  /** The words beside a bar. */
  words: (median: string, p90: string, stays: number) => string;
}

export function TimeBars({ times, title, empty, words }: Props) {
  const { token } = theme.useToken();
  const units = useText(chartTexts);
  const rows = [...times].sort((a, b) => b.median_seconds - a.median_seconds).slice(0, SHOWN);
  const most = Math.max(0, ...rows.map((row) => row.p90_seconds));
  if (rows.length === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} />;
  // a wait of seconds beside one of days: the root keeps both to be seen
  const x = (seconds: number) => LABEL + (WIDTH - LABEL - RIGHT) * Math.sqrt(most > 0 ? seconds / most : 0);
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${rows.length * ROW}`}
      role="img"
      aria-label={title}
      style={{ width: '100%', height: 'auto', display: 'block' }}
      data-testid="chart-time"
    >
      {rows.map((row, index) => {
        const middle = index * ROW + ROW / 2;
        const text = words(duration(row.median_seconds, units), duration(row.p90_seconds, units), row.stays);
        return (
          <g key={`${row.workflow.id}-${row.state.id}`}>
            <title>{`${row.workflow.name ?? '—'} › ${row.state.name ?? '—'}: ${text}`}</title>
            <text x={LABEL - 10} y={middle - 2} textAnchor="end" fontSize={12} fill={token.colorText}>
              {clipped(row.state.name ?? '—')}
            </text>
            <text x={LABEL - 10} y={middle + 11} textAnchor="end" fontSize={10} fill={token.colorTextSecondary}>
              {clipped(row.workflow.name ?? '—')}
            </text>
            <line x1={LABEL} x2={x(row.p90_seconds)} y1={middle} y2={middle} stroke={token.colorTextQuaternary} strokeWidth={2} />
            <rect x={LABEL} y={middle - 8} height={16} rx={3} width={Math.max(2, x(row.median_seconds) - LABEL)} fill={token.colorPrimary} />
            <text x={x(row.p90_seconds) + 8} y={middle + 4} fontSize={11} fill={token.colorTextSecondary}>
              {text}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

/** What fits in front of a bar; the whole name is in the tooltip. */
function clipped(name: string): string {
  const letters = [...name];
  const width = letters.reduce((sum, letter) => sum + (letter > '\u2e80' ? 2 : 1), 0);
  return width <= 28 ? name : `${letters.slice(0, width > letters.length * 1.5 ? 12 : 25).join('')}…`;
}
