// Parts that were removed and that open tickets need: what they are, and whether they go all the same.
import { Button, Flex, Modal } from 'antd';
import type { WorkflowDocument } from '../chart/document';
import { useText } from '../text/language';
import type { InUse } from './calls';
import { designerTexts } from './texts';

interface Props {
  parts: InUse[];
  base: WorkflowDocument;
  onForce: () => void;
  onClose: () => void;
}

export function InUseDialog({ parts, base, onForce, onClose }: Props) {
  const t = useText(designerTexts);
  const named = [...base.states, ...base.transitions, ...base.fields];
  return (
    <Modal
      open
      title={t.inUse.title}
      onCancel={onClose}
      footer={
        <Flex justify="end" gap={8}>
          <Button danger onClick={onForce} data-testid="in-use-force">
            {t.inUse.force}
          </Button>
          <Button type="primary" onClick={onClose} data-testid="in-use-keep">
            {t.inUse.keep}
          </Button>
        </Flex>
      }
      data-testid="in-use"
    >
      <p>{t.inUse.text}</p>
      <ul>
        {parts.map((part) => (
          <li key={`${part.part} ${part.key}`}>
            {t.parts[part.part]} <strong>{named.find((one) => one.key === part.key)?.name || part.key}</strong>: {t.inUse.tickets(part.tickets)} ({part.examples.join(', ')})
          </li>
        ))}
      </ul>
    </Modal>
  );
}
