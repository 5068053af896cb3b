// Shows one token in full, to be copied. It is held no longer than the dialog is open.
import { Alert, Modal, Typography } from 'antd';
import { useText } from '../text/language';
import { tokenTexts } from './tokenTexts';

export interface ShownToken {
  app: string;
  token: string;
}

export function TokenDialog({ shown, onClose }: { shown: ShownToken | null; onClose: () => void }) {
  const t = useText(tokenTexts);
  return (
    <Modal open={shown !== null} title={shown && t.tokenOf(shown.app)} footer={null} onCancel={onClose} destroyOnHidden data-testid="token-dialog">
      <Alert type="warning" showIcon title={t.keepSafe} style={{ marginBottom: 16 }} />
      <Typography.Text copyable className="gavia-mono" data-testid="token-text">
        {shown?.token ?? ''}
      </Typography.Text>
    </Modal>
  );
}
