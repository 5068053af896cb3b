// Saving: one call with the revision that was edited. What stands in its way is kept here until the author has decided.
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { Problem, WorkflowDocument } from '../chart/document';
import { useNotify } from '../parts/notify';
import { useText } from '../text/language';
import { loadDefinition, saveDefinition, type InUse, type Saved } from './calls';
import { designerTexts } from './texts';

export interface Stale {
  by: string;
  at: string;
  /** The workflow as it is now. */
  fresh: WorkflowDocument;
}

interface Options {
  id: number | null;
  document: WorkflowDocument;
  /** What was loaded, or saved last. */
  base: WorkflowDocument;
  /** A new workflow has its id: saving again must not make another. */
  onMade?: (id: number) => void;
  /** What was sent, and how it is stored now. The author may have gone on meanwhile. */
  onSaved: (sent: WorkflowDocument, stored: WorkflowDocument) => void;
  /** The author takes what is stored. */
  onTaken: (fresh: WorkflowDocument) => void;
  /** The author goes on, knowing what is stored now. */
  onKept: (fresh: WorkflowDocument) => void;
  onFound: (problems: Problem[]) => void;
}

export function useSaving({ id, document, base, onMade, onSaved, onTaken, onKept, onFound }: Options) {
  const t = useText(designerTexts);
  const notify = useNotify();
  const queries = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [stale, setStale] = useState<Stale | null>(null);
  const [inUse, setInUse] = useState<InUse[] | null>(null);

  async function save(force: boolean) {
    if (isBusy) return;
    setBusy(true);
    setInUse(null);
    try {
      await heard(document, await saveDefinition(id, document, base.revision ?? 0, force));
    } catch (error) {
      notify.failure(error);
    } finally {
      setBusy(false);
    }
  }

  async function heard(sent: WorkflowDocument, saved: Saved) {
    if (saved.result === 'refused') {
      onFound(saved.problems);
      notify.failure(new Error(t.save.refused));
    } else if (saved.result === 'in_use') {
      setInUse(saved.parts);
    } else if (saved.result === 'stale') {
      const fresh = await loadDefinition(id as number);
      setStale({ by: saved.by, at: saved.at, fresh });
    } else {
      const { workflow_id: stored, changed, problems } = saved.applied;
      onFound(problems);
      notify.success(changed ? t.save.saved : t.save.unchanged);
      void queries.invalidateQueries({ queryKey: ['definition', stored] });
      void queries.invalidateQueries({ queryKey: ['workflows'] });
      if (id === null) onMade?.(stored);
      // stored is stored, also where it cannot be read back just now
      const stands = { ...sent, id: stored, revision: saved.applied.revision };
      onSaved(sent, await loadDefinition(stored).catch(() => stands));
    }
  }

  const decide = (act: (fresh: WorkflowDocument) => void) => () => {
    if (stale) act(stale.fresh);
    setStale(null);
  };
  const dismiss = () => {
    setStale(null);
    setInUse(null);
  };
  return { save: (force: boolean) => void save(force), isBusy, stale, inUse, take: decide(onTaken), keep: decide(onKept), dismiss };
}
