// The designer's state, which all its parts share: the document with its history, what was loaded, what is selected, what was found.
import { createContext, useContext } from 'react';
import type { Selected } from '../chart/Canvas';
import type { PartName, Problem, WorkflowDocument } from '../chart/document';
import { placeKey } from '../chart/problems';
import type { Edit } from './edits';

export type Tab = 'chart' | 'fields' | 'access' | 'settings' | 'findings';

export interface Design {
  document: WorkflowDocument;
  /** Edits with the same tag in a row are one step of undo. */
  change: (edit: Edit, tag?: string) => void;
  selected: Selected | null;
  select: (selected: Selected | null) => void;
  /** Key of the field whose form is open. */
  field: string | null;
  openField: (key: string | null) => void;
  tab: Tab;
  openTab: (tab: Tab) => void;
  problems: Problem[];
  found: Map<string, Problem[]>;
}

/** Where a workflow is designed; null: one that was never stored. */
export function designPath(id: number | null): string {
  return `/workflows/${id ?? 'new'}/design`;
}

export const DesignContext = createContext<Design | null>(null);

export function useDesign(): Design {
  const design = useContext(DesignContext);
  if (!design) throw new Error('useDesign outside of the designer');
  return design;
}

const NONE: Problem[] = [];

export function useProblems(part: PartName, key?: string): Problem[] {
  return useDesign().found.get(placeKey(part, key)) ?? NONE;
}
