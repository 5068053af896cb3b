// Frame of every page behind the login: menu, header with account, language and theme, and the page itself.
// Whoever has no session is led to the login page by the routes, as after any other call that says so.
import { MenuOutlined } from '@ant-design/icons';
import { Button, Layout, Menu, Skeleton, theme, Typography } from 'antd';
import { Fragment, Suspense, useState } from 'react';
import { Outlet, useLocation } from 'react-router';
import { ApiError } from '../api/errors';
import { Failure } from '../parts/Failure';
import { common } from '../text/common';
import { useText } from '../text/language';
import { AccountMenu } from './AccountMenu';
import { menuItems, menuKey } from './menu';
import { PreferenceSwitches } from './PreferenceSwitches';
import { useSession } from './session';

export function Shell() {
  const t = useText(common);
  const location = useLocation();
  const session = useSession();
  const [collapsed, setCollapsed] = useState(false);
  const { token } = theme.useToken();

  // once a page is there, no failed read takes it away: it may hold what is not saved
  if (!session.data) {
    const isStranger = session.error instanceof ApiError && session.error.unauthenticated;
    if (session.error && !isStranger) return <Failure error={session.error} onRetry={() => void session.refetch()} />;
    return <Skeleton active style={{ padding: 24 }} />;
  }

  return (
    <Layout style={{ minHeight: '100%' }}>
      <a className="gavia-skip" href="#content">
        {t.header.skip}
      </a>
      <Layout.Sider
        theme="light"
        width={216}
        breakpoint="lg"
        collapsedWidth={0}
        trigger={null}
        collapsed={collapsed}
        onBreakpoint={setCollapsed}
        style={{ borderInlineEnd: `1px solid ${token.colorBorderSecondary}`, position: 'sticky', top: 0, height: '100vh', overflowY: 'auto' }}
      >
        <Typography.Title level={4} style={{ margin: '16px 24px' }}>
          {t.product}
        </Typography.Title>
        <nav>
          <Menu
            mode="inline"
            selectedKeys={[menuKey(location.pathname)]}
            defaultOpenKeys={['flows', 'people', 'operations']}
            items={menuItems(t)}
            style={{ borderInlineEnd: 0 }}
          />
        </nav>
      </Layout.Sider>
      <Layout style={{ minWidth: 0 }}>
        <Layout.Header
          style={{
            display: 'flex',
            alignItems: 'center',
            gap: 8,
            padding: '0 16px',
            height: 52,
            lineHeight: 'normal',
            background: token.colorBgContainer,
            borderBlockEnd: `1px solid ${token.colorBorderSecondary}`,
          }}
        >
          <Button type="text" icon={<MenuOutlined />} aria-label={t.header.menu} aria-expanded={!collapsed} onClick={() => setCollapsed(!collapsed)} />
          <span style={{ flex: 1 }} />
          <PreferenceSwitches />
          <AccountMenu session={session.data} />
        </Layout.Header>
        <Layout.Content id="content" tabIndex={-1} style={{ padding: 20, outline: 'none' }}>
          <Suspense fallback={<Skeleton active />}>
            <Fragment key={session.data.user.username}>
              <Outlet />
            </Fragment>
          </Suspense>
        </Layout.Content>
      </Layout>
    </Layout>
  );
}
