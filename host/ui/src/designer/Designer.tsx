// The designer: one document under edit, seen as a chart, as lists and as a grid, and saved as one.
import { theme } from 'antd';
import { useCallback, useMemo, useReducer, useState, type CSSProperties } from 'react';
import { usePageTitle } from '../app/usePageTitle';
import type { Selected } from '../chart/Canvas';
import type { WorkflowDocument } from '../chart/document';
import { byPlace } from '../chart/problems';
import { useText } from '../text/language';
import { ConflictDialog } from './ConflictDialog';
import { DesignContext, designPath, type Design, type Tab } from './design';
import { removeState, removeTransition, withIdsOf, type Edit } from './edits';
import { begun, changed, redone, saved, undone, type History } from './history';
import { InUseDialog } from './InUseDialog';
import { LeaveGuard } from './LeaveGuard';
import { Tabs } from './Tabs';
import { designerTexts } from './texts';
import { Toolbar } from './Toolbar';
import { useCheck } from './useCheck';
import { useKeys } from './useKeys';
import { useSaving } from './useSaving';
import './designer.css';

type Step =
  | { kind: 'change'; edit: Edit; tag?: string }
  | { kind: 'undo' }
  | { kind: 'redo' }
  | { kind: 'begin'; document: WorkflowDocument }
  | { kind: 'saved'; sent: WorkflowDocument; stored: WorkflowDocument };

function stepped(history: History<WorkflowDocument>, step: Step): History<WorkflowDocument> {
  if (step.kind === 'change') return changed(history, step.edit(history.present), step.tag);
  if (step.kind === 'undo') return undone(history);
  if (step.kind === 'redo') return redone(history);
  return step.kind === 'begin' ? begun(step.document) : saved(history, step.sent, step.stored, withIdsOf);
}

interface Props {
  /** None before a new workflow was saved for the first time; then `onMade` tells it. */
  id: number | null;
  loaded: WorkflowDocument;
  onMade?: (id: number) => void;
}

export function Designer({ id, loaded, onMade }: Props) {
  const t = useText(designerTexts);
  const { token } = theme.useToken();
  const [history, step] = useReducer(stepped, loaded, begun);
  const [base, setBase] = useState(loaded);
  const [selected, select] = useState<Selected | null>(null);
  const [field, openField] = useState<string | null>(null);
  const [tab, openTab] = useState<Tab>(id === null ? 'settings' : 'chart');
  const document = history.present;
  usePageTitle(`${t.title}: ${document.name || (id === null ? t.newWorkflow : t.unnamed)}`);
  const check = useCheck(id, document);
  const saving = useSaving({
    id,
    document,
    base,
    onMade,
    onSaved: (sent, stored) => {
      setBase(stored);
      step({ kind: 'saved', sent, stored });
    },
    onTaken: (fresh) => {
      setBase(fresh);
      step({ kind: 'begin', document: fresh });
      select(null);
    },
    onKept: setBase,
    onFound: check.tell,
  });
  const isDirty = document !== base;
  const change = useCallback((edit: Edit, tag?: string) => step({ kind: 'change', edit, tag }), []);
  const found = useMemo(() => byPlace(document, check.problems), [document, check.problems]);
  const design = useMemo<Design>(
    () => ({ document, change, selected, select, field, openField, tab, openTab, problems: check.problems, found }),
    [document, change, selected, field, tab, check.problems, found],
  );

  function remove() {
    if (!selected) return;
    change(selected.part === 'state' ? removeState(selected.key) : removeTransition(selected.key));
    select(null);
  }

  function close() {
    if (tab === 'chart' && selected?.part === 'state') window.document.querySelector<HTMLElement>(`[data-id="${CSS.escape(`s:${selected.key}`)}"]`)?.focus();
    select(null);
    openField(null);
  }

  const root = useKeys({
    save: () => saving.save(false),
    undo: () => step({ kind: 'undo' }),
    redo: () => step({ kind: 'redo' }),
    remove: tab === 'chart' ? remove : undefined,
    close,
  });

  const colors = {
    '--designer-line': token.colorBorderSecondary,
    '--designer-ground': token.colorBgContainer,
    '--designer-text': token.colorText,
    '--designer-error': token.colorError,
    '--designer-warning': token.colorWarningText,
    '--designer-accent': token.colorPrimary,
    '--designer-glow': token.colorFillSecondary,
  } as CSSProperties;
  return (
    <DesignContext value={design}>
      <div ref={root} className="designer" style={colors} data-testid="designer" data-dirty={isDirty}>
        <Toolbar
          id={id}
          revision={base.revision}
          isDirty={isDirty}
          isBusy={saving.isBusy}
          canUndo={history.past.length > 0}
          canRedo={history.future.length > 0}
          onUndo={() => step({ kind: 'undo' })}
          onRedo={() => step({ kind: 'redo' })}
          onSave={() => saving.save(false)}
        />
        <Tabs isChecked={check.isChecked} />
        {saving.stale && <ConflictDialog stale={saving.stale} base={base} mine={document} onTake={saving.take} onKeep={saving.keep} onClose={saving.dismiss} />}
        {saving.inUse && <InUseDialog parts={saving.inUse} base={base} onForce={() => saving.save(true)} onClose={saving.dismiss} />}
        <LeaveGuard isDirty={isDirty} own={designPath(id)} />
      </div>
    </DesignContext>
  );
}
