// A failed load in place of what should be there, with the server's own words and a button to try again.
import { Button, Result } from 'antd';
import { common } from '../text/common';
import { useText } from '../text/language';
import { useMessageOf } from './notify';

export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const t = useText(common);
  const messageOf = useMessageOf();
  return (
    <Result
      status="warning"
      title={t.failed}
      subTitle={messageOf(error)}
      extra={onRetry && <Button onClick={onRetry}>{t.button.retry}</Button>}
    />
  );
}
