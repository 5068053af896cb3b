// Findings while one edits: the server checks the unsaved document shortly after the last change. A server without that call leaves the
// findings to saving.
import { useCallback, useEffect, useState } from 'react';
import type { Problem, WorkflowDocument } from '../chart/document';
import { checkDocument } from './calls';
import { useSettled } from './pickers/Picker';

const PAUSE_MS = 500;

interface Check {
  problems: Problem[];
  isChecked: boolean;
  /** Findings that came with saving. */
  tell: (problems: Problem[]) => void;
}

export function useCheck(id: number | null, document: WorkflowDocument): Check {
  const [problems, setProblems] = useState<Problem[]>([]);
  const [isChecked, setChecked] = useState(false);
  const [isOffered, setOffered] = useState(true);
  const settled = useSettled(document, PAUSE_MS);

  const tell = useCallback((found: Problem[]) => {
    setProblems(found);
    setChecked(true);
  }, []);

  useEffect(() => {
    if (!isOffered) return;
    const abort = new AbortController();
    checkDocument(id, settled, abort.signal).then(
      (found) => (found === null ? setOffered(false) : tell(found)),
      // the last findings stand; saving will tell what is the matter
      () => undefined,
    );
    return () => abort.abort();
  }, [id, settled, isOffered, tell]);

  return { problems, isChecked, tell };
}
