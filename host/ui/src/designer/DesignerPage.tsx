// Page of /workflows/:id/design; `new` for an id begins a workflow from nothing.
import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { useMemo } from 'react';
import { useParams } from 'react-router';
import { Failure } from '../parts/Failure';
import { useText } from '../text/language';
import { loadDefinition } from './calls';
import { Designer } from './Designer';
import { freshDocument } from './fresh';
import { designerTexts } from './texts';

export function DesignerPage() {
  const { id } = useParams();
  return id === 'new' ? <NewWorkflow /> : <StoredWorkflow key={id} id={Number(id)} />;
}

function NewWorkflow() {
  const t = useText(designerTexts);
  // a change of language must not begin anew
  const document = useMemo(() => freshDocument({ start: t.start, end: t.end }), []);
  return <Designer id={null} loaded={document} />;
}

function StoredWorkflow({ id }: { id: number }) {
  // read once: what others save meanwhile shows when this one is saved, not by changing under the author's hands
  const definition = useQuery({ queryKey: ['design', id], queryFn: () => loadDefinition(id), staleTime: Infinity, gcTime: 0 });
  if (definition.error) return <Failure error={definition.error} onRetry={() => void definition.refetch()} />;
  if (!definition.data) return <Skeleton active />;
  return <Designer id={id} loaded={definition.data} />;
}
