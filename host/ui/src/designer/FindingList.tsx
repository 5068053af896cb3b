// Findings that no single input shows, above a form.
import { Alert, Flex } from 'antd';
import type { Problem } from '../chart/document';

export function FindingList({ problems }: { problems: Problem[] }) {
  if (problems.length === 0) return null;
  return (
    <Flex vertical gap={6} style={{ marginBottom: 14 }}>
      {problems.map((problem, index) => (
        <Alert key={index} type={problem.level} showIcon title={problem.message} data-testid={`finding-${problem.code}`} />
      ))}
    </Flex>
  );
}
