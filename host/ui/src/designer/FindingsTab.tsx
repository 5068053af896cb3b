// Everything that the check finds, each a step to the part that it is about.
import { Button, Empty, Flex, Tag } from 'antd';
import type { Problem, WorkflowDocument } from '../chart/document';
import { useFindingText } from '../chart/findingText';
import { keyOf } from '../chart/problems';
import { useText } from '../text/language';
import { useDesign } from './design';
import { designerTexts } from './texts';

export function FindingsTab({ isChecked }: { isChecked: boolean }) {
  const t = useText(designerTexts);
  const textOf = useFindingText();
  const { document, problems, select, openField, openTab } = useDesign();
  if (problems.length === 0) return <Empty description={isChecked ? t.findings.none : t.findings.unchecked} data-testid="findings-none" />;

  function go(problem: Problem) {
    const key = keyOf(document, problem);
    const { part } = problem.place;
    if (key === undefined || part === 'workflow') return openTab(problem.code.endsWith('_state_missing') || problem.code.endsWith('_state_doubled') ? 'chart' : 'settings');
    if (part === 'field') {
      openField(key);
      return openTab('fields');
    }
    select({ part, key });
    openTab('chart');
  }

  return (
    <div className="designer-scroll">
      <Flex vertical gap={6} data-testid="findings">
        {[...problems].sort((a, b) => a.level.localeCompare(b.level)).map((problem, index) => (
          <Flex key={index} gap={8} align="baseline" data-testid={`findings-${problem.code}`}>
            <Tag color={problem.level}>{t.parts[problem.place.part]}</Tag>
            <strong>{nameOf(document, problem)}</strong>
            <span style={{ flex: 1 }}>{textOf(problem)}</span>
            <Button size="small" onClick={() => go(problem)}>
              {t.findings.go}
            </Button>
          </Flex>
        ))}
      </Flex>
    </div>
  );
}

function nameOf(document: WorkflowDocument, problem: Problem): string {
  const key = keyOf(document, problem);
  const parts = [...document.states, ...document.transitions, ...document.fields];
  const part = problem.place.part === 'workflow' ? document : parts.find((one) => one.key === key);
  return part?.name || key || '';
}
