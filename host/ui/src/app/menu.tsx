// The left menu: groups and entries as administrators of loonflow know them, plus what gavia added.
import {
  ApartmentOutlined,
  ApiOutlined,
  AuditOutlined,
  BookOutlined,
  DashboardOutlined,
  FileTextOutlined,
  TeamOutlined,
  ToolOutlined,
} from '@ant-design/icons';
import type { MenuProps } from 'antd';
import { Link } from 'react-router';
import type { Texts } from '../text/en';

function entry(path: string, text: string, icon?: React.ReactNode) {
  return { key: path, icon, label: <Link to={path} data-testid={`menu-${path.slice(1) || 'overview'}`}>{text}</Link> };
}

export function menuItems(t: Texts): MenuProps['items'] {
  const m = t.menu;
  return [
    entry('/', m.overview, <DashboardOutlined />),
    entry('/tickets', m.tickets, <FileTextOutlined />),
    {
      key: 'flows',
      icon: <ApartmentOutlined />,
      label: m.flows,
      children: [entry('/workflows', m.workflows), entry('/run-scripts', m.runScripts), entry('/notices', m.notices)],
    },
    {
      key: 'people',
      icon: <TeamOutlined />,
      label: m.people,
      children: [
        entry('/users', m.users),
        entry('/roles', m.roles),
        entry('/departments', m.departments),
        entry('/app-tokens', m.appTokens),
      ],
    },
    entry('/plugins', m.plugins, <ApiOutlined />),
    {
      key: 'operations',
      icon: <ToolOutlined />,
      label: m.operations,
      children: [entry('/jobs', m.jobs), entry('/deliveries', m.deliveries)],
    },
    entry('/audit', m.audit, <AuditOutlined />),
    entry('/help', m.help, <BookOutlined />),
  ];
}

/** The menu entry that a path belongs to: its first part. */
export function menuKey(path: string): string {
  return `/${path.split('/')[1] ?? ''}`;
}
