// What part of a drawing is seen: all of it, also after the window or the drawing changes. In the designer an author who has come closer
// keeps the view; it moves only to show what was selected or added out of sight, or what no longer fits.
import { useReactFlow, useStore, type Viewport as View } from '@xyflow/react';
import { useEffect, useRef } from 'react';
import type { Drawing } from './layout';

export const FIT = { padding: 0.06, maxZoom: 1 };

interface Props {
  drawing: Drawing;
  isEditable: boolean;
  /** Id of a node. */
  shown: string | null;
}

export function Viewport({ drawing, isEditable, shown }: Props) {
  const { fitView, getViewport, setCenter } = useReactFlow();
  const width = useStore((store) => store.width);
  const height = useStore((store) => store.height);
  const last = useRef<Seen | null>(null);

  useEffect(() => {
    if (width === 0 || height === 0) return;
    const [before, now] = [last.current, { drawing, width, height }];
    // an author who looks at the whole goes on doing so, and one who has come closer is left alone; what is moved within sight moves nothing
    const isOther = before && (before.width !== width || before.height !== height || before.drawing.nodes.length !== drawing.nodes.length);
    const isWanted = before && isWhole(before, getViewport()) && (isOther || !isWhole(now, getViewport()));
    if (!isEditable || !before || isWanted) void fitView(FIT);
    last.current = now;
  }, [fitView, getViewport, width, height, drawing, isEditable]);

  const node = shown === null ? undefined : drawing.nodes.find((one) => one.id === shown);
  const [x, y] = [node?.x, node?.y];
  useEffect(() => {
    if (x === undefined || y === undefined || width === 0) return;
    const view = getViewport();
    const [left, top] = [x * view.zoom + view.x, y * view.zoom + view.y];
    const isSeen = left > 40 && left < width - 40 && top > 20 && top < height - 20;
    if (!isSeen) void setCenter(x, y, { zoom: view.zoom, duration: 200 });
  }, [x, y, width, height, getViewport, setCenter]);
  return null;
}

interface Seen {
  drawing: Drawing;
  width: number;
  height: number;
}

function isWhole({ drawing, width, height }: Seen, { x, y, zoom }: View): boolean {
  return drawing.nodes.every((node) => {
    const [left, top] = [(node.x - node.width / 2) * zoom + x, (node.y - node.height / 2) * zoom + y];
    return left >= 0 && top >= 0 && left + node.width * zoom <= width && top + node.height * zoom <= height;
  });
}
