// First page after login.
import { Typography } from 'antd';
import { common } from '../text/common';
import { useText } from '../text/language';

export function Page() {
  const t = useText(common);
  return <Typography.Title level={3}>{t.menu.overview}</Typography.Title>;
}
