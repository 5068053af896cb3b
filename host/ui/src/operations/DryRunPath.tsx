// The path of a dry run, state by state, and the choice that it waits for.
import { Alert, Button, Card, Flex, Select, Tag, Timeline, Typography } from 'antd';
import { useState } from 'react';
import { chartTexts } from '../chart/texts';
import { duration } from '../parts/time';
import { personText } from '../people/types';
import { useLanguage, useText } from '../text/language';
import { ticketTexts } from '../tickets/texts';
import type { Choice, DryRun, DryRunOption, DryRunStep } from './dryRun';
import { operationTexts } from './texts';

interface Props {
  run: DryRun;
  busy: boolean;
  canRestart: boolean;
  onChoose: (choice: Choice) => void;
  onRestart: () => void;
}

const END_TYPES: Record<string, 'success' | 'info' | 'warning' | 'error'> = { ended: 'success', choice_needed: 'info', refused: 'error' };

export function DryRunPath({ run, busy, canRestart, onChoose, onRestart }: Props) {
  const t = useText(operationTexts);
  const language = useLanguage();
  const last = run.steps.at(-1);
  return (
    <Card
      size="small"
      title={t.path}
      data-testid="dry-run-path"
      extra={
        canRestart && (
          <Button size="small" onClick={onRestart} disabled={busy}>
            {t.again}
          </Button>
        )
      }
    >
      <Timeline items={run.steps.map((step, index) => ({ key: index, color: COLOURS[step.state.kind], content: <Step step={step} /> }))} />
      <Alert
        type={END_TYPES[run.end.reason] ?? 'warning'}
        showIcon
        title={t.ends[run.end.reason] ?? run.end.reason}
        description={(language === 'zh' && run.end.detail_zh) || run.end.detail || undefined}
        data-testid="dry-run-end"
      />
      {run.end.reason === 'choice_needed' && last && <Choices key={run.steps.length} step={last} busy={busy} onChoose={onChoose} />}
    </Card>
  );
}

const COLOURS: Record<string, string> = { start: 'green', end: 'red' };
const OUTCOMES = { true: 'success', false: 'default', not_asked: 'default', failed: 'error' };

function Step({ step }: { step: DryRunStep }) {
  const t = useText(operationTexts);
  const tickets = useText(ticketTexts);
  const kinds: Record<string, string> = tickets.kinds;
  const { taken } = step;
  return (
    <div data-testid="dry-run-step">
      <strong>{step.state.name}</strong>{' '}
      {step.people.length > 0
        ? step.people.map((one) => <Tag key={one.username}>{personText(one.username, one.alias)}</Tag>)
        : step.participants.kind !== 'nobody' && <Tag>{kinds[step.participants.kind] ?? step.participants.kind}</Tag>}
      {step.notes.map((note) => (
        <Typography.Paragraph key={note} type="secondary" style={{ margin: 0 }}>
          {t.notes[note]}
        </Typography.Paragraph>
      ))}
      {taken && (
        <div>
          ↓ {taken.transition.name}{' '}
          <Typography.Text type="secondary">{taken.by === null ? t.automatic : `${t.by} ${taken.by}`}</Typography.Text>
          {taken.conditions.map((one, index) => (
            <div key={index}>
              <code>{one.expression}</code> → {one.target.name}{' '}
              <Tag color={OUTCOMES[one.outcome]}>{t.conditionOutcomes[one.outcome] ?? one.outcome}</Tag>
            </div>
          ))}
        </div>
      )}
    </div>
  );
}

function Choices({ step, busy, onChoose }: { step: DryRunStep; busy: boolean; onChoose: (choice: Choice) => void }) {
  const t = useText(operationTexts);
  const words = useText(chartTexts);
  const [actor, setActor] = useState(step.people[0]?.username);
  const after = (option: DryRunOption) => (option.kind === 'timer' ? ` (${t.timerAfter(duration(option.timer_seconds, words))})` : '');
  return (
    <Flex gap={8} wrap align="center" style={{ marginTop: 12 }}>
      {t.choose}
      {step.people.length > 1 && (
        <Select
          value={actor}
          onChange={setActor}
          aria-label={t.chooseBy}
          style={{ minWidth: 160 }}
          options={step.people.map((one) => ({ value: one.username, label: personText(one.username, one.alias) }))}
        />
      )}
      {step.options.map((option) => (
        <Button
          key={option.key}
          disabled={busy}
          data-testid={`dry-run-choose-${option.key}`}
          onClick={() => onChoose({ transition: option.key, ...(actor ? { actor } : {}) })}
        >
          {option.name}
          {after(option)}
        </Button>
      ))}
    </Flex>
  );
}
