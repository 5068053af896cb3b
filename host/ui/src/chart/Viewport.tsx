// What part of a drawing is seen: all of it at first and after the window or a shown drawing changes; in the designer the view is the
// author's, and moves only to show what was selected or added out of sight.
import { useReactFlow, useStore } from '@xyflow/react';
import { useEffect } from 'react';
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
  const fitted = isEditable ? null : drawing;

  useEffect(() => {
    if (width > 0 && height > 0 && fitted) void fitView(FIT);
  }, [fitView, width, height, fitted]);

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
