// The drawing's height in bands: rows of nodes, and between two rows a band for labels. Within a band every line runs straight up or
// down, so what a band holds (nodes, labels, lines) tells whether another line or label fits. Bends happen between bands only.

export interface Span {
  left: number;
  right: number;
}

export interface Band {
  top: number;
  bottom: number;
  /** Nodes or labels, with some air. */
  blocks: Span[];
  /** Where lines run through. */
  lines: number[];
}

interface Box {
  y: number;
  height: number;
}

/** Rows have even places, label bands odd ones. */
export function bandsOf(nodes: Box[], labelHeight: number): Band[] {
  const rows = new Map<number, Band>();
  for (const node of nodes) {
    const key = Math.round(node.y);
    const row = rows.get(key) ?? { top: node.y, bottom: node.y, blocks: [], lines: [] };
    rows.set(key, {
      ...row,
      top: Math.min(row.top, node.y - node.height / 2),
      bottom: Math.max(row.bottom, node.y + node.height / 2),
    });
  }
  const sorted = [...rows.values()].sort((a, b) => a.top - b.top);
  return sorted.flatMap((row, index) => {
    const next = sorted[index + 1];
    if (!next) return [row];
    const middle = (row.bottom + next.top) / 2;
    const half = Math.min(labelHeight, next.top - row.bottom) / 2;
    return [row, { top: middle - half, bottom: middle + half, blocks: [], lines: [] }];
  });
}

/** The band at a height; between two bands the nearest. */
export function bandAt(bands: Band[], y: number): number {
  let nearest = 0;
  let least = Infinity;
  bands.forEach((band, index) => {
    const distance = y < band.top ? band.top - y : y > band.bottom ? y - band.bottom : 0;
    if (distance < least) {
      least = distance;
      nearest = index;
    }
  });
  return nearest;
}

const LINE_AIR = 9;

/** Whether a line fits at `x`. */
export function takesLine(band: Band, x: number): boolean {
  return (
    band.blocks.every((block) => x < block.left - LINE_AIR || x > block.right + LINE_AIR) &&
    band.lines.every((line) => Math.abs(line - x) >= LINE_AIR)
  );
}

/** Whether a label fits on a line at `x`. */
export function takesLabel(band: Band, x: number, width: number): boolean {
  const span = { left: x - width / 2 - 4, right: x + width / 2 + 4 };
  return (
    band.blocks.every((block) => span.right < block.left || span.left > block.right) &&
    band.lines.every((line) => line < span.left || line > span.right)
  );
}

/** What a horizontal run from one x to another meets in a row. */
export function met(band: Band, from: number, to: number): { blocks: number; lines: number } {
  const left = Math.min(from, to);
  const right = Math.max(from, to);
  return {
    blocks: band.blocks.filter((block) => block.right + LINE_AIR > left && block.left - LINE_AIR < right).length,
    lines: band.lines.filter((line) => line > left && line < right).length,
  };
}
