// Of two administrators at once the second is told who changed what, beside what is different in the own version, and decides.
import { Alert, Button, Flex, Modal, Typography } from 'antd';
import type { WorkflowDocument } from '../chart/document';
import { localTime } from '../parts/time';
import { useText } from '../text/language';
import { differences, type Difference } from './differences';
import { DifferenceList } from './DifferenceList';
import { designerTexts } from './texts';
import type { Stale } from './useSaving';

interface Props {
  stale: Stale;
  base: WorkflowDocument;
  mine: WorkflowDocument;
  onTake: () => void;
  onKeep: () => void;
  onClose: () => void;
}

export function ConflictDialog({ stale, base, mine, onTake, onKeep, onClose }: Props) {
  const t = useText(designerTexts);
  const theirs = differences(base, stale.fresh);
  const own = differences(base, mine);
  const placeOf = (difference: Difference) => `${difference.part} ${difference.key}`;
  const touched = new Set(own.map(placeOf));
  const both = theirs.filter((difference) => touched.has(placeOf(difference)));
  return (
    <Modal
      open
      width={720}
      title={t.conflict.title}
      onCancel={onClose}
      footer={
        <Flex justify="end" gap={8} wrap>
          <Button onClick={onTake} title={t.conflict.takeHint} data-testid="conflict-take">
            {t.conflict.take}
          </Button>
          <Button type="primary" onClick={onKeep} title={t.conflict.goOnHint} data-testid="conflict-keep">
            {t.conflict.goOn}
          </Button>
        </Flex>
      }
      data-testid="conflict"
    >
      <Typography.Paragraph data-testid="conflict-who">{t.conflict.who(stale.by || t.conflict.somebody, localTime(stale.at), stale.fresh.revision ?? 0)}</Typography.Paragraph>
      {both.length > 0 && <Alert type="warning" showIcon title={`${t.conflict.both}: ${both.map((difference) => difference.name || difference.key).join(', ')}`} />}
      <Typography.Title level={5}>{t.conflict.theirs}</Typography.Title>
      <DifferenceList list={theirs} before={base} after={stale.fresh} testId="conflict-theirs" />
      <Typography.Title level={5}>{t.conflict.mine}</Typography.Title>
      <DifferenceList list={own} before={base} after={mine} testId="conflict-mine" />
      <ul>
        <li>
          <strong>{t.conflict.take}</strong>: {t.conflict.takeHint}
        </li>
        <li>
          <strong>{t.conflict.goOn}</strong>: {t.conflict.goOnHint}
        </li>
      </ul>
    </Modal>
  );
}
