// Tickets per day, a bar a day, a colour a workflow. Drawn by hand as SVG: small, and it follows the theme.
import { Empty, Flex, theme, Typography } from 'antd';
import { ticks, type Series, type Stack } from './scale';

const WIDTH = 600;
const HEIGHT = 230;
const LEFT = 40;
const BOTTOM = 28;
const TOP = 10;

export const COLOURS = ['#0f766e', '#2563eb', '#d97706', '#9333ea', '#dc2626', '#0891b2', '#65a30d', '#94a3b8'];

interface Props {
  series: Series[];
  stacks: Stack[];
  title: string;
  empty: string;
}

export function StackedBars({ series, stacks, title, empty }: Props) {
  const { token } = theme.useToken();
  const most = Math.max(0, ...stacks.map((stack) => stack.total));
  if (most === 0) return <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={empty} />;
  const lines = ticks(most);
  const top = lines.at(-1) ?? 1;
  const y = (count: number) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - count / top);
  const slot = (WIDTH - LEFT) / stacks.length;
  const everyNth = Math.max(1, Math.ceil(stacks.length / 10));
  return (
    <figure style={{ margin: 0 }} data-testid="chart-per-day">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={title} style={{ width: '100%', height: 'auto', display: 'block' }}>
        {lines.map((line) => (
          <g key={line}>
            <line x1={LEFT} x2={WIDTH} y1={y(line)} y2={y(line)} stroke={token.colorBorderSecondary} />
            <text x={LEFT - 6} y={y(line) + 4} textAnchor="end" fontSize={11} fill={token.colorTextSecondary}>
              {line}
            </text>
          </g>
        ))}
        {stacks.map((stack, index) => (
          <g key={stack.day}>
            {stack.pieces.map((piece) => (
              <rect
                key={piece.series}
                x={LEFT + slot * index + slot * 0.15}
                width={slot * 0.7}
                y={y(piece.to)}
                height={y(piece.from) - y(piece.to)}
                fill={COLOURS[piece.series % COLOURS.length]}
              >
                <title>{`${stack.day} ${series[piece.series]?.name ?? ''}: ${piece.to - piece.from}`}</title>
              </rect>
            ))}
            {index % everyNth === 0 && (
              <text x={LEFT + slot * (index + 0.5)} y={HEIGHT - 8} textAnchor="middle" fontSize={11} fill={token.colorTextSecondary}>
                {stack.day.slice(5)}
              </text>
            )}
          </g>
        ))}
      </svg>
      <figcaption>
        <Flex gap={16} wrap>
          {series.map((one, index) => (
            <span key={one.id ?? 'rest'}>
              <span
                aria-hidden
                style={{ display: 'inline-block', width: 10, height: 10, borderRadius: 2, marginInlineEnd: 6, background: COLOURS[index % COLOURS.length] }}
              />
              {one.name} <Typography.Text type="secondary">{one.total}</Typography.Text>
            </span>
          ))}
        </Flex>
      </figcaption>
    </figure>
  );
}
