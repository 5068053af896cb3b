// What the check finds in a stored workflow: errors first, each with the part that it is about.
import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Flex, Modal, Skeleton, Tag, Typography } from 'antd';
import { Link } from 'react-router';
import { v2 } from '../api/client';
import type { Problem } from '../chart/document';
import { useFindingText } from '../chart/findingText';
import { Failure } from '../parts/Failure';
import { useText } from '../text/language';
import { workflowTexts } from './texts';
import type { Workflow } from './types';

export function CheckDialog({ workflow, onClose }: { workflow: Workflow | null; onClose: () => void }) {
  const t = useText(workflowTexts);
  return (
    <Modal
      open={workflow !== null}
      title={workflow && t.checkOf(workflow.name)}
      onCancel={onClose}
      destroyOnHidden
      width={720}
      footer={
        workflow && (
          <Link to={`/workflows/${workflow.id}/design`}>
            <Button type="primary">{t.design}</Button>
          </Link>
        )
      }
    >
      {workflow && <Findings id={workflow.id} />}
    </Modal>
  );
}

function Findings({ id }: { id: number }) {
  const t = useText(workflowTexts);
  const textOf = useFindingText();
  const check = useQuery({
    queryKey: ['workflows', id, 'check'],
    queryFn: ({ signal }) => v2<{ problems: Problem[] }>('GET', `workflows/${id}/check`, { signal }),
    staleTime: 0,
  });
  if (check.error) return <Failure error={check.error} onRetry={() => void check.refetch()} />;
  if (!check.data) return <Skeleton active />;
  const { problems } = check.data;
  if (problems.length === 0) return <Alert type="success" showIcon title={t.noProblems} data-testid="check-clean" />;
  const ordered = [...problems].sort((a, b) => a.level.localeCompare(b.level));
  return (
    <Flex vertical gap={8} data-testid="check-problems">
      {ordered.map((one, index) => (
        <div key={index}>
          <Tag color={one.level === 'error' ? 'error' : 'warning'}>{one.level === 'error' ? t.error : t.warning}</Tag>
          <Typography.Text type="secondary" className="gavia-mono">
            {one.place.part}
            {one.place.id === undefined ? '' : ` ${one.place.id}`}
          </Typography.Text>{' '}
          {textOf(one)}
        </div>
      ))}
    </Flex>
  );
}
