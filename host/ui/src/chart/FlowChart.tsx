// The flow chart of a workflow, to look at: of a document, or of a stored workflow by its id. With a ticket's visits its way is lit.
import { useQuery } from '@tanstack/react-query';
import { Skeleton } from 'antd';
import { useMemo } from 'react';
import { v2 } from '../api/client';
import { Failure } from '../parts/Failure';
import { Canvas } from './Canvas';
import type { Problem, WorkflowDocument } from './document';
import { litOf, type Visit } from './path';

interface Look {
  /** A ticket's visits, oldest first. */
  path?: Visit[];
  /** Id of the state that the ticket is in. */
  current?: number | null;
  problems?: Problem[];
  height?: number | string;
  /** Part of a page that scrolls: the wheel is the page's. */
  isEmbedded?: boolean;
}

export function FlowChart({ document, path, height = 520, ...look }: Look & { document: WorkflowDocument }) {
  const lit = useMemo(() => path && litOf(document, path), [document, path]);
  return <Canvas document={document} lit={lit} height={height} {...look} />;
}

export function WorkflowChart({ workflowId, ...look }: Look & { workflowId: number }) {
  const workflow = useDefinition(workflowId);
  if (workflow.error) return <Failure error={workflow.error} onRetry={() => void workflow.refetch()} />;
  if (!workflow.data) return <Skeleton active />;
  return <FlowChart document={workflow.data} {...look} />;
}

export function useDefinition(workflowId: number) {
  return useQuery({
    queryKey: ['definition', workflowId],
    queryFn: () => v2<WorkflowDocument>('GET', `workflows/${workflowId}/definition`),
  });
}
