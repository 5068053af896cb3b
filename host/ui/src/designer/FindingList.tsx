// Findings that no single input shows, above a form.
import { Alert, Flex } from 'antd';
import type { Problem } from '../chart/document';
import { useFindingText } from '../chart/findingText';

export function FindingList({ problems }: { problems: Problem[] }) {
  const textOf = useFindingText();
  if (problems.length === 0) return null;
  return (
    <Flex vertical gap={6} style={{ marginBottom: 14 }}>
      {problems.map((problem, index) => (
        <Alert key={index} type={problem.level} showIcon title={textOf(problem)} data-testid={`finding-${problem.code}`} />
      ))}
    </Flex>
  );
}
