// Every address of the console. Pages are loaded when they are first opened, so the first load stays small.
import { useEffect, type ComponentType } from 'react';
import { createBrowserRouter, Outlet, useNavigate, type RouteObject } from 'react-router';
import { useQueryClient } from '@tanstack/react-query';
import { onSessionEnd, queryText } from '../api/client';
import { LoginPage } from '../login/LoginPage';
import { LOGOUT_PATH, LogoutPage } from './LogoutPage';
import { NotFoundPage } from './NotFoundPage';
import { PageFailure } from './PageFailure';
import { logout, SESSION_KEY } from './session';
import { Shell } from './Shell';

/** A page by the module that has it as `Page`. */
function page(path: string, load: () => Promise<{ Page: ComponentType }>): RouteObject {
  return {
    path,
    ErrorBoundary: PageFailure,
    HydrateFallback: () => null,
    lazy: async () => ({ Component: (await load()).Page }),
  };
}

export const router = createBrowserRouter([
  {
    Component: Root,
    ErrorBoundary: PageFailure,
    HydrateFallback: () => null,
    children: [
      { path: '/login', Component: LoginPage },
      { path: LOGOUT_PATH, action: logout, Component: LogoutPage },
      {
        Component: Shell,
        ErrorBoundary: PageFailure,
        children: [
          page('/', () => import('../overview/OverviewPage')),
          page('/help', () => import('../overview/HelpPage')),
          page('/users', () => import('../people/UsersPage')),
          page('/roles', () => import('../people/RolesPage')),
          page('/departments', () => import('../people/DepartmentsPage')),
          page('/app-tokens', () => import('../people/AppTokensPage')),
          page('/workflows', () => import('../workflows/WorkflowsPage')),
          page('/run-scripts', () => import('../workflows/RunScriptsPage')),
          page('/notices', () => import('../workflows/NoticesPage')),
          page('/tickets', () => import('../tickets/TicketsPage')),
          page('/tickets/:id', () => import('../tickets/TicketPage')),
          page('/jobs', () => import('../operations/JobsPage')),
          page('/deliveries', () => import('../operations/DeliveriesPage')),
          page('/audit', () => import('../operations/AuditPage')),
          page('/plugins', () => import('../plugins/PluginsPage')),
          page('/plugins/:id', () => import('../plugins/PluginPage')),
          page('/workflows/:id/dry-run', () => import('../operations/DryRunPage')),
          page('/workflows/:id/design', () => import('../designer')),
          page('/workflows/:id/chart', () => import('../chart')),
          { path: '*', Component: NotFoundPage },
        ],
      },
    ],
  },
]);

/**
 * Around all routes: a lost session, noticed by any call, leads to the login page. What is on screen stays until one is there, for unsaved
 * changes may hold one back.
 */
function Root() {
  const navigate = useNavigate();
  const queries = useQueryClient();
  useEffect(
    () =>
      onSessionEnd(() => {
        const { pathname, search } = window.location;
        if (pathname === '/login') return;
        // a stranger, who never had a session, hears of none that has ended
        const ended = queries.getQueryData(SESSION_KEY) ? 1 : null;
        queries.removeQueries({ type: 'inactive' });
        void navigate(`/login?${queryText({ next: pathname + search, ended })}`, { replace: true });
      }),
    [navigate, queries],
  );
  return <Outlet />;
}
