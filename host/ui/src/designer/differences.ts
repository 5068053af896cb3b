// What differs between two documents, part by part and member by member: what another administrator changed meanwhile, in words' stead.
// Parts are the same when their keys are; places that only the server fills in (ids, revision) do not count.
import type { PartName, WorkflowDocument } from '../chart/document';

export interface Difference {
  change: 'added' | 'removed' | 'changed';
  part: PartName;
  key: string;
  name: string;
  /** For a changed part. */
  members: MemberChange[];
}

export interface MemberChange {
  member: string;
  before: string;
  after: string;
}

const UNCOUNTED = new Set(['format', 'id', 'revision', 'modified_by', 'modified_at', 'states', 'transitions', 'fields']);

export function differences(before: WorkflowDocument, after: WorkflowDocument): Difference[] {
  const settings = members(before as unknown as Part, after as unknown as Part);
  const workflow: Difference[] = settings.length === 0 ? [] : [{ change: 'changed', part: 'workflow', key: '', name: after.name, members: settings }];
  return [
    ...workflow,
    ...ofParts('field', before.fields, after.fields),
    ...ofParts('state', before.states, after.states),
    ...ofParts('transition', before.transitions, after.transitions),
  ];
}

type Part = object;
type Named = Part & { key: string; name: string };

function ofParts(part: PartName, before: Named[], after: Named[]): Difference[] {
  const old = new Map(before.map((one) => [one.key, one]));
  const kept = new Set(after.map((one) => one.key));
  const present = after.flatMap((one): Difference[] => {
    const was = old.get(one.key);
    if (!was) return [{ change: 'added', part, key: one.key, name: one.name, members: [] }];
    const changes = members(was, one);
    return changes.length === 0 ? [] : [{ change: 'changed', part, key: one.key, name: one.name, members: changes }];
  });
  const gone = before.filter((one) => !kept.has(one.key));
  return [...present, ...gone.map((one): Difference => ({ change: 'removed', part, key: one.key, name: one.name, members: [] }))];
}

function members(before: Part, after: Part): MemberChange[] {
  const [was, is] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  const names = [...new Set([...was.keys(), ...is.keys()])].filter((name) => !UNCOUNTED.has(name));
  return names
    .map((member) => ({ member, before: shown(was.get(member)), after: shown(is.get(member)) }))
    .filter((change) => change.before !== change.after);
}

/** Objects with their members in one order, so that only a real change is one. */
function shown(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string') return value;
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
