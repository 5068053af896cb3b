// Findings by the part that they are about. A finding names its part by key or by id; both lead to the same part of the document.
import type { PartName, Problem, WorkflowDocument } from './document';

/** `state s3`, `transition t1`, `field days`, `workflow`. */
export function placeKey(part: PartName, key?: string): string {
  return part === 'workflow' ? 'workflow' : `${part} ${key ?? ''}`;
}

export function byPlace(document: WorkflowDocument, problems: Problem[]): Map<string, Problem[]> {
  const found = new Map<string, Problem[]>();
  for (const problem of problems) {
    const place = placeKey(problem.place.part, keyOf(document, problem));
    found.set(place, [...(found.get(place) ?? []), problem]);
  }
  return found;
}

/** The key of the part that a finding is about; undefined for the workflow itself and for parts that are gone. */
export function keyOf(document: WorkflowDocument, { place }: Problem): string | undefined {
  if (place.key !== undefined) return place.key;
  const parts: { id?: number; key: string }[] =
    place.part === 'state' ? document.states : place.part === 'transition' ? document.transitions : place.part === 'field' ? document.fields : [];
  return place.id === undefined ? undefined : parts.find((part) => part.id === place.id)?.key;
}

export function worst(problems: Problem[]): 'error' | 'warning' | null {
  if (problems.length === 0) return null;
  return problems.some((problem) => problem.level === 'error') ? 'error' : 'warning';
}
