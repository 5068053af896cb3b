// Which input a finding of the server belongs beside. A finding about the form of a document points at its member; one of the check is
// about a part, and its code says which of the part's members it means.
import type { Problem } from '../chart/document';

const MEMBERS: Record<string, string> = {
  participant_unknown: 'participant',
  participant_inactive: 'participant',
  participant_nobody: 'participant',
  script_inactive: 'participant',
  hook_configuration: 'participant',
  hook_token_masked: 'participant',
  child_participant: 'participant',
  distribution_single: 'distribution',
  state_field_key: 'field_access',
  automatic_requires_fields: 'field_access',
  order_doubled: 'order_id',
  child_workflow_missing: 'sub_workflow_id',
  child_transitions: 'sub_workflow_id',
  timer_seconds: 'timer_seconds',
  transition_source: 'source',
  transition_destination: 'destination',
  condition_target: 'conditions',
  condition_expression: 'conditions',
  conditions_broken: 'conditions',
  field_key_reserved: 'key',
  field_key_doubled: 'key',
  display_form_key: 'display_form',
};

/** The member's name, or null for a finding about the part as a whole. */
export function memberOf(problem: Problem): string | null {
  const depth = problem.place.part === 'workflow' ? 1 : 3;
  const pointed = problem.place.pointer?.split('/')[depth];
  if (pointed) return pointed;
  if (problem.code === 'plugin_missing') return problem.place.part === 'workflow' ? 'condition_plugin' : 'participant';
  return MEMBERS[problem.code] ?? null;
}

export function beside(problems: Problem[], member: string): Problem[] {
  return problems.filter((problem) => memberOf(problem) === member);
}

/** Findings that no member of the form shows. */
export function apart(problems: Problem[]): Problem[] {
  return problems.filter((problem) => memberOf(problem) === null);
}

export interface ConditionFinding {
  level: Problem['level'];
  code: string;
  /** Whole, as the server told it: its translation goes by its form. */
  message: string;
  /** From 0, in characters as JavaScript counts them; null: about the condition as a whole. */
  offset: number | null;
}

/** Findings about one condition of a transition; `expression` is its text when it was checked. */
export function ofCondition(problems: Problem[], index: number, expression: string): ConditionFinding[] {
  return problems
    .filter((problem) => conditionOf(problem) === index)
    .map((problem) => ({
      level: problem.level,
      code: problem.code,
      message: problem.message,
      offset: problem.expression ? unitsOf(expression, problem.expression.column) : null,
    }));
}

/** Which condition a finding is about: by its place in the document, or by the number that its message begins with. */
function conditionOf(problem: Problem): number | null {
  const pointed = /\/conditions\/(\d+)/.exec(problem.place.pointer ?? '');
  const told = /^condition (\d+)\b/.exec(problem.message);
  return problem.expression?.condition ?? (pointed ? Number(pointed[1]) : told ? Number(told[1]) - 1 : null);
}

/** Findings about the conditions that name no single one. */
export function ofNoCondition(problems: Problem[]): Problem[] {
  return beside(problems, 'conditions').filter((problem) => conditionOf(problem) === null);
}

function unitsOf(text: string, characters: number): number {
  return [...text].slice(0, characters).join('').length;
}
