// Edits of a document as functions from one document to the next. What an edit leaves dangling it mends: transitions of a state that is
// gone, access to a field that is gone, names of a field that is renamed.
import type { Access, Field, Settings, State, Transition, WorkflowDocument } from '../chart/document';
import type { LinkEnd } from '../chart/Canvas';

export type Edit = (document: WorkflowDocument) => WorkflowDocument;

export function changeSettings(changes: Partial<Settings>): Edit {
  return (document) => ({ ...document, ...changes });
}

/** Ends make room, so that they stay last in the order. */
export function addState(state: State): Edit {
  return (document) => {
    const crowded = document.states.filter((other) => other.kind === 'end' && other.order_id <= state.order_id);
    const moved = document.states.map((other) => {
      const place = crowded.indexOf(other);
      return place < 0 ? other : { ...other, order_id: state.order_id + 1 + place };
    });
    return { ...document, states: [...moved, state] };
  };
}

export function changeState(key: string, changes: Partial<State>): Edit {
  return (document) => ({ ...document, states: replaced(document.states, key, changes) });
}

/** Start and end states have no participant (behaviour §7.1). */
export function changeStateKind(key: string, kind: State['kind']): Edit {
  const changes: Partial<State> = kind === 'normal' ? { kind } : { kind, participant: { kind: 'nobody', value: '' } };
  return changeState(key, changes);
}

/** A state with children waits for the robot (behaviour §4.13). */
export function changeChild(key: string, workflow: number): Edit {
  const changes: Partial<State> = { sub_workflow_id: workflow };
  return changeState(key, workflow === 0 ? changes : { ...changes, participant: { kind: 'person', value: 'loonrobot' } });
}

/** States by their keys, each with the middle of its place in the chart. */
export function arrange(places: Map<string, { x: number; y: number }>): Edit {
  return (document) => ({ ...document, states: document.states.map((state) => ({ ...state, position: places.get(state.key) ?? state.position })) });
}

/** As the layout has it. */
export function layOut(document: WorkflowDocument): WorkflowDocument {
  return { ...document, states: document.states.map(({ position: _, ...state }) => state) };
}

/** With the transitions that begin or end there, and the conditions that lead there. */
export function removeState(key: string): Edit {
  return (document) => ({
    ...document,
    states: document.states.filter((state) => state.key !== key),
    transitions: document.transitions
      .filter((transition) => transition.source !== key && transition.destination !== key)
      .map((transition) => {
        const conditions = transition.conditions.filter((condition) => condition.target !== key);
        return conditions.length === transition.conditions.length ? transition : { ...transition, conditions };
      }),
  });
}

export function addTransition(transition: Transition): Edit {
  return (document) => ({ ...document, transitions: [...document.transitions, transition] });
}

export function changeTransition(key: string, changes: Partial<Transition>): Edit {
  return (document) => ({ ...document, transitions: replaced(document.transitions, key, changes) });
}

export function moveEnd({ transition, end }: LinkEnd, state: string): Edit {
  if (end === 'source' || end === 'destination') return changeTransition(transition, { [end]: state });
  return (document) => {
    const found = document.transitions.find((one) => one.key === transition);
    const conditions = found?.conditions.map((condition, index) => (index === end.condition ? { ...condition, target: state } : condition));
    return conditions ? changeTransition(transition, { conditions })(document) : document;
  };
}

export function removeTransition(key: string): Edit {
  return (document) => ({ ...document, transitions: document.transitions.filter((transition) => transition.key !== key) });
}

export function addField(field: Field): Edit {
  return (document) => ({ ...document, fields: [...document.fields, field] });
}

export function changeField(key: string, changes: Partial<Field>): Edit {
  return (document) => ({ ...document, fields: replaced(document.fields, key, changes) });
}

/** Under its new key everywhere: in forms, as a participant, in conditions. */
export function renameField(key: string, next: string): Edit {
  return (document) => {
    if (key === next || document.fields.some((field) => field.key === next)) return document;
    const renamed = (one: string) => (one === key ? next : one);
    return {
      ...document,
      display_form: document.display_form.map(renamed),
      fields: document.fields.map((field) => (field.key === key ? { ...field, key: next } : field)),
      states: document.states.map((state) => ({
        ...state,
        field_access: Object.fromEntries(Object.entries(state.field_access).map(([one, access]) => [renamed(one), access])),
        participant:
          state.participant.kind === 'field' && typeof state.participant.value === 'string'
            ? { kind: 'field', value: state.participant.value.split(',').map((one) => renamed(one.trim())).join(',') }
            : state.participant,
      })),
      transitions: document.transitions.map((transition) => ({
        ...transition,
        conditions: transition.conditions.map((condition) => ({
          ...condition,
          expression: condition.expression.replaceAll(`{${key}}`, `{${next}}`),
        })),
      })),
    };
  };
}

/** From the forms too; conditions that name it stay, and the check tells of them. */
export function removeField(key: string): Edit {
  return (document) => ({
    ...document,
    fields: document.fields.filter((field) => field.key !== key),
    display_form: document.display_form.filter((one) => one !== key),
    states: document.states.map((state) => (key in state.field_access ? { ...state, field_access: without(state.field_access, key) } : state)),
  });
}

/** `null`: the state does not show the field. */
export function setAccess(states: string[], field: string, access: Access | null): Edit {
  return (document) => ({
    ...document,
    states: document.states.map((state) => {
      if (!states.includes(state.key)) return state;
      const rest = without(state.field_access, field);
      return { ...state, field_access: access === null ? rest : { ...rest, [field]: access } };
    }),
  });
}

function without(access: Record<string, Access>, key: string): Record<string, Access> {
  return Object.fromEntries(Object.entries(access).filter(([one]) => one !== key));
}

function replaced<T extends { key: string }>(parts: T[], key: string, changes: Partial<T>): T[] {
  return parts.map((part) => (part.key === key ? { ...part, ...changes } : part));
}

/** A document that was changed while it was being saved, with the ids that its new parts were given: they are not made a second time. */
export function withIdsOf(document: WorkflowDocument, stored: WorkflowDocument): WorkflowDocument {
  const named = <T extends { id?: number; key: string }>(parts: T[], there: T[]): T[] =>
    parts.map((part) => (part.id === undefined ? { ...part, id: there.find((other) => other.key === part.key)?.id } : part));
  return {
    ...document,
    id: stored.id,
    revision: stored.revision,
    states: named(document.states, stored.states),
    transitions: named(document.transitions, stored.transitions),
    fields: named(document.fields, stored.fields),
  };
}
