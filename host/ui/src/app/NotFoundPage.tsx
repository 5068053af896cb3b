// Shown for an address that no page has.
import { Button, Result } from 'antd';
import { Link } from 'react-router';
import { common } from '../text/common';
import { useText } from '../text/language';

export function NotFoundPage() {
  const t = useText(common);
  return (
    <Result
      status="404"
      title={t.notFound}
      extra={
        <Link to="/">
          <Button type="primary">{t.menu.overview}</Button>
        </Link>
      }
    />
  );
}
