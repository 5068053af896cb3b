// What the designer asks of the server: a definition, its check, and the one call that saves.
import { v2 } from '../api/client';
import { ApiError } from '../api/errors';
import type { Problem, WorkflowDocument } from '../chart/document';

export interface Applied {
  workflow_id: number;
  revision: number;
  changed: boolean;
  problems: Problem[];
}

export interface InUse {
  part: string;
  key: string;
  tickets: number;
  examples: string[];
}

/** What came of saving, or why nothing was saved. */
export type Saved =
  | { result: 'saved'; applied: Applied }
  | { result: 'refused'; problems: Problem[] }
  | { result: 'stale'; by: string; at: string; revision: number }
  | { result: 'in_use'; parts: InUse[] };

export function loadDefinition(id: number): Promise<WorkflowDocument> {
  return v2<WorkflowDocument>('GET', `workflows/${id}/definition`);
}

/** `id` null: a new workflow. `force`: parts go that open tickets need. */
export async function saveDefinition(id: number | null, document: WorkflowDocument, revision: number, force: boolean): Promise<Saved> {
  try {
    const applied =
      id === null
        ? await v2<Applied>('POST', 'workflows', { body: document })
        : await v2<Applied>('PUT', `workflows/${id}/definition`, {
            body: document,
            headers: { 'If-Match': `"${revision}"` },
            query: force ? { force: true } : {},
          });
    return { result: 'saved', applied };
  } catch (error) {
    const reason = error instanceof ApiError ? reasonOf(error) : null;
    if (reason === null) throw error;
    return reason;
  }
}

function reasonOf(error: ApiError): Saved | null {
  const body = error.body as Record<string, unknown> | undefined;
  if (error.status === 422 && Array.isArray(body?.problems)) return { result: 'refused', problems: body.problems as Problem[] };
  if (error.status === 409 && Array.isArray(body?.in_use)) return { result: 'in_use', parts: body.in_use as InUse[] };
  if (error.status !== 412) return null;
  return { result: 'stale', by: String(body?.modified_by ?? ''), at: String(body?.modified_at ?? ''), revision: Number(body?.revision ?? 0) };
}

/** Findings in a document that is not saved; null where the server has no such call. */
export async function checkDocument(id: number | null, document: WorkflowDocument, signal: AbortSignal): Promise<Problem[] | null> {
  try {
    const body = id === null ? document : { ...document, id };
    return (await v2<{ problems: Problem[] }>('POST', 'workflows/check', { body, signal })).problems;
  } catch (error) {
    if (error instanceof ApiError && (error.status === 404 || error.status === 405)) return null;
    throw error;
  }
}
