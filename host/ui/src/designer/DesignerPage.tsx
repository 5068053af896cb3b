// Page of /workflows/:id/design; `new` for an id begins a workflow from nothing. Saved for the first time, that one gets an address of its
// own; the designer stays as it is, with what was changed meanwhile.
import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { useEffect, useState } from 'react';
import { useNavigate, useParams } from 'react-router';
import { Failure } from '../parts/Failure';
import { useText } from '../text/language';
import { loadDefinition } from './calls';
import { designPath } from './design';
import { Designer } from './Designer';
import { freshDocument } from './fresh';
import { designerTexts } from './texts';

export function DesignerPage() {
  const { id } = useParams();
  const navigate = useNavigate();
  const [made, setMade] = useState<number | null>(null);

  // in an effect: by then the guard knows the new address as the designer's own
  useEffect(() => {
    if (id === 'new' && made !== null) void navigate(designPath(made), { replace: true });
  }, [id, made, navigate]);

  const isBegunHere = id === 'new' || id === String(made);
  // gone on to another workflow: who comes back finds what was made here as any stored one
  if (!isBegunHere && made !== null) setMade(null);
  return isBegunHere ? <NewWorkflow made={made} onMade={setMade} /> : <StoredWorkflow key={id} id={Number(id)} />;
}

function NewWorkflow({ made, onMade }: { made: number | null; onMade: (id: number) => void }) {
  const t = useText(designerTexts);
  // a change of language must not begin anew
  const [document] = useState(() => freshDocument({ start: t.start, end: t.end }));
  return <Designer id={made} loaded={document} onMade={onMade} />;
}

function StoredWorkflow({ id }: { id: number }) {
  // read once: what others save meanwhile shows when this one is saved, not by changing under the author's hands
  const definition = useQuery({ queryKey: ['design', id], queryFn: () => loadDefinition(id), staleTime: Infinity, gcTime: 0 });
  if (definition.data) return <Designer id={id} loaded={definition.data} />;
  return definition.error ? <Failure error={definition.error} onRetry={() => void definition.refetch()} /> : <Skeleton active />;
}
