// A drawing on the screen: zoom, pan and fit by @xyflow, places and routes by the layout. The flow chart shows it; the designer lets one
// select, connect, move states and ends in it, through `editing`.
import { Controls, MarkerType, ReactFlow, type Connection, type EdgeChange, type NodeChange } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { Empty, theme } from 'antd';
import { useMemo, useState, type CSSProperties } from 'react';
import { usePreferences } from '../app/preferences';
import { dropped } from './arrange';
import type { Problem, WorkflowDocument } from './document';
import { DiamondNode, type DiamondNodeType } from './DiamondNode';
import { LinkEdge, type LinkEdgeType } from './LinkEdge';
import { elementsOf } from './elements';
import { graphOf, stateId, type Graph } from './graph';
import { drawingOf, type Drawing } from './layout';
import type { Lit } from './path';
import { byPlace } from './problems';
import type { Point } from './route';
import { StateNode, type StateNodeType } from './StateNode';
import { chartTexts } from './texts';
import { useText } from '../text/language';
import { FIT, Viewport } from './Viewport';
import { useNames } from '../parts/names';
import { useChartWords } from './words';
import './chart.css';

/** A state or a transition, by its key. */
export interface Selected {
  part: 'state' | 'transition';
  key: string;
}

export interface Editing {
  selected: Selected | null;
  onSelect: (selected: Selected | null) => void;
  onConnect: (source: string, target: string) => void;
  /** An end of a link was moved to another state. */
  onMoveEnd: (link: LinkEnd, state: string) => void;
  /** A state was put elsewhere: the middles of all states by their keys, so that the others stay where they are seen. */
  onArrange: (moved: { key: string; byKeyboard: boolean }, places: Map<string, Point>) => void;
}

/** A node that is elsewhere than in the drawing until that is made anew. */
interface Dragged {
  id: string;
  position: Point;
  drawing: Drawing;
}

export interface LinkEnd {
  transition: string;
  /** `condition` with its place in the list. */
  end: 'source' | 'destination' | { condition: number };
}

interface Props {
  document: WorkflowDocument;
  problems?: Problem[];
  lit?: Lit;
  current?: number | null;
  height: number | string;
  /** Part of a page that scrolls: the wheel is the page's. */
  isEmbedded?: boolean;
  editing?: Editing;
}

const NODE_TYPES = { state: StateNode, diamond: DiamondNode };
const EDGE_TYPES = { link: LinkEdge };
/** How far a pointer may slip during a click. */
const SLIP = 4;
const NO_PROBLEMS: Problem[] = [];

export function Canvas({ document, problems = NO_PROBLEMS, lit, current, height, isEmbedded, editing }: Props) {
  const t = useText(chartTexts);
  const { token } = theme.useToken();
  const { theme: colorMode } = usePreferences();
  // the console's own colour is too dark on dark ground
  const accent = colorMode === 'dark' ? '#2dd4bf' : token.colorPrimary;
  const names = useNames(document.states.map((state) => state.participant.kind));
  const words = useChartWords(names);
  const graph = useMemo(() => graphOf(document, words), [document, words]);
  // laying out takes long, and most edits change nothing that is drawn
  const drawn = JSON.stringify(graph);
  const drawing = useMemo(() => drawingOf(JSON.parse(drawn) as Graph), [drawn]);
  const found = useMemo(() => byPlace(document, problems), [document, problems]);
  const selected = editing?.selected ?? null;
  const onSelect = editing?.onSelect;
  const [dragged, setDragged] = useState<Dragged | null>(null);
  const { nodes: still, edges } = useMemo(
    () => {
      const colors = { lineColor: token.colorTextSecondary, accent, refusal: token.colorError };
      return elementsOf({ document, drawing, found, lit, current, selected, onSelect, words, names, ...colors });
    },
    [document, drawing, found, lit, current, selected, onSelect, words, names, token, accent],
  );

  const nodes = useMemo(
    () => (dragged?.drawing === drawing ? still.map((node) => (node.id === dragged.id ? { ...node, position: dragged.position } : node)) : still),
    [still, dragged, drawing],
  );

  function nodesChanged(changes: NodeChange<StateNodeType | DiamondNodeType>[]) {
    for (const change of changes) {
      const node = 'id' in change && nodes.find((one) => one.id === change.id);
      if (!node) continue;
      if (change.type === 'select' && change.selected) editing?.onSelect({ part: node.type === 'state' ? 'state' : 'transition', key: node.data.node.key });
      if (change.type === 'position' && change.position) {
        const isDrag = change.dragging === true || (dragged?.id === node.id && dragged.drawing === drawing);
        if (isDrag) setDragged({ id: node.id, position: change.position, drawing });
        if (!change.dragging) put(node.id, change.position, !isDrag);
      }
    }
  }

  /** `corner` is the upper left one, as @xyflow has it. */
  function put(id: string, corner: Point, byKeyboard: boolean) {
    const states = drawing.nodes.filter((node) => node.kind === 'state');
    const node = states.find((one) => one.id === id);
    const others = states.filter((one) => one !== node);
    const place = node && dropped(node, { x: corner.x + node.width / 2, y: corner.y + node.height / 2 }, others);
    if (!node || !place) {
      setDragged(null);
      return;
    }
    const stay = others.map(({ key, x, y }) => [key, { x: Math.round(x), y: Math.round(y) }] as const);
    editing?.onArrange({ key: node.key, byKeyboard }, new Map([...stay, [node.key, place]]));
  }

  function edgesChanged(changes: EdgeChange<LinkEdgeType>[]) {
    for (const change of changes) {
      if (change.type !== 'select' || !change.selected) continue;
      const edge = edges.find((one) => one.id === change.id);
      if (edge?.data) editing?.onSelect({ part: 'transition', key: edge.data.link.transition });
    }
  }

  function connected({ source, target }: Connection) {
    if (source.startsWith('s:') && target.startsWith('s:')) editing?.onConnect(source.slice(2), target.slice(2));
  }

  function endMoved(edge: LinkEdgeType, to: Connection) {
    const link = edge.data?.link;
    if (!link) return;
    const isSource = to.source !== edge.source;
    const state = isSource ? to.source : to.target;
    if (!state.startsWith('s:') || (isSource && link.role !== 'plain' && link.role !== 'enter') || (!isSource && link.role === 'enter')) return;
    const end = isSource ? 'source' : link.condition === undefined ? 'destination' : { condition: link.condition };
    editing?.onMoveEnd({ transition: link.transition, end }, state.slice(2));
  }

  const labels = {
    'controls.zoomIn.ariaLabel': t.zoomIn,
    'controls.zoomOut.ariaLabel': t.zoomOut,
    'controls.fitView.ariaLabel': t.fit,
    'controls.ariaLabel': t.fit,
    // the name is @xyflow's mistake: it is shown while the keyboard works
    'node.a11yDescription.keyboardDisabled': editing ? t.keys : '',
    'node.a11yDescription.ariaLiveMessage': () => '',
  };
  return (
    <div className={`chart-canvas ${editing ? 'chart-editable' : ''}`} style={{ height, ...colors(token), '--chart-accent': accent } as CSSProperties} role="group" aria-label={t.chartOf(document.name)} data-testid="chart">
      {drawing.nodes.length === 0 && !editing ? (
        <Empty description={t.nothing} />
      ) : (
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={NODE_TYPES}
          edgeTypes={EDGE_TYPES}
          fitView
          fitViewOptions={FIT}
          minZoom={0.1}
          maxZoom={2}
          nodesDraggable={editing !== undefined}
          selectNodesOnDrag={false}
          nodeDragThreshold={SLIP}
          nodeClickDistance={SLIP}
          nodesConnectable={editing !== undefined}
          elementsSelectable={editing !== undefined}
          edgesReconnectable={editing !== undefined}
          edgesFocusable={editing !== undefined}
          connectionRadius={30}
          deleteKeyCode={null}
          selectionKeyCode={null}
          multiSelectionKeyCode={null}
          zoomOnScroll={!isEmbedded}
          preventScrolling={!isEmbedded}
          colorMode={colorMode}
          zoomOnDoubleClick={false}
          proOptions={{ hideAttribution: true }}
          ariaLabelConfig={labels}
          onNodesChange={nodesChanged}
          onEdgesChange={edgesChanged}
          onPaneClick={() => editing?.onSelect(null)}
          onConnect={connected}
          onReconnect={endMoved}
          defaultEdgeOptions={{ markerEnd: { type: MarkerType.ArrowClosed } }}
        >
          <Controls showInteractive={false} fitViewOptions={FIT} />
          <Viewport drawing={drawing} isEditable={editing !== undefined} shown={shownOf(selected, document)} />
        </ReactFlow>
      )}
    </div>
  );
}

/** The node of what is selected; for a transition the state that it leaves. */
function shownOf(selected: Selected | null, document: WorkflowDocument): string | null {
  if (!selected) return null;
  if (selected.part === 'state') return stateId(selected.key);
  const source = document.transitions.find((transition) => transition.key === selected.key)?.source;
  return source ? stateId(source) : null;
}

type Token = ReturnType<typeof theme.useToken>['token'];

function colors(token: Token): CSSProperties {
  return {
    '--chart-ground': token.colorBgContainer,
    '--chart-node': token.colorBgElevated,
    '--chart-border': token.colorTextTertiary,
    '--chart-text': token.colorText,
    '--chart-faint': token.colorTextSecondary,
    '--chart-line': token.colorTextSecondary,
    '--chart-start': token.colorSuccessBg,
    '--chart-start-line': token.colorSuccess,
    '--chart-end': token.colorErrorBg,
    '--chart-end-line': token.colorError,
    '--chart-refusal': token.colorError,
    '--chart-error': token.colorError,
    '--chart-warning': token.colorWarning,
  } as CSSProperties;
}
