// Page of /workflows/:id/chart: the chart at full size, the workflow's settings above it, what its check finds marked.
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Flex, Skeleton, Typography } from 'antd';
import { Link, useParams } from 'react-router';
import { v2 } from '../api/client';
import { usePageTitle } from '../app/usePageTitle';
import { Failure } from '../parts/Failure';
import { useText } from '../text/language';
import type { Problem } from './document';
import { Facts } from './Facts';
import { useFindingText } from './findingText';
import { FlowChart, useDefinition } from './FlowChart';
import { chartTexts } from './texts';

export function ChartPage() {
  const id = Number(useParams().id);
  const t = useText(chartTexts);
  const textOf = useFindingText();
  const workflow = useDefinition(id);
  const check = useQuery({ queryKey: ['check', id], queryFn: () => v2<{ problems: Problem[] }>('GET', `workflows/${id}/check`) });
  usePageTitle(workflow.data && t.chartOf(workflow.data.name));
  if (workflow.error) return <Failure error={workflow.error} onRetry={() => void workflow.refetch()} />;
  if (!workflow.data) return <Skeleton active />;
  const problems = check.data?.problems ?? [];
  const own = problems.filter((problem) => problem.place.part !== 'state' && problem.place.part !== 'transition');
  return (
    <Flex vertical gap={12}>
      <Flex justify="space-between" align="center" gap={12}>
        <Typography.Title level={4} style={{ margin: 0 }}>
          {workflow.data.name}
        </Typography.Title>
        <Link to={`/workflows/${id}/design`}>
          <Button type="primary" data-testid="chart-design">
            {t.design}
          </Button>
        </Link>
      </Flex>
      <Facts id={id} document={workflow.data} />
      {/* without its findings a workflow would look as if it had none */}
      {check.error && <Failure error={check.error} onRetry={() => void check.refetch()} />}
      {check.isPending && <Skeleton active title={false} paragraph={{ rows: 1 }} />}
      {own.map((problem, index) => (
        <Alert key={index} type={problem.level} showIcon title={textOf(problem)} />
      ))}
      <FlowChart document={workflow.data} problems={problems} height="max(420px, calc(100vh - 330px))" />
    </Flex>
  );
}
