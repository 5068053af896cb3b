// Providers around everything: preferences, antd's theme and language, the query cache, the router.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { App as AntApp, ConfigProvider, theme as antTheme } from 'antd';
import enUS from 'antd/locale/en_US';
import zhCN from 'antd/locale/zh_CN';
import dayjs from 'dayjs';
import 'dayjs/locale/zh-cn';
import { useEffect } from 'react';
import { RouterProvider } from 'react-router';
import { ApiError } from '../api/errors';
import { PreferencesProvider, usePreferences } from './preferences';
import { router } from './routes';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      refetchOnWindowFocus: false,
      // what the server answered will not change by asking again; only silence is worth another try
      retry: (count, error) => error instanceof ApiError && error.status === 0 && count < 2,
    },
  },
});

export function App() {
  return (
    <PreferencesProvider>
      <QueryClientProvider client={queries}>
        <Themed />
      </QueryClientProvider>
    </PreferencesProvider>
  );
}

function Themed() {
  const { language, theme } = usePreferences();
  // months and weekdays of the date pickers
  useEffect(() => void dayjs.locale(language === 'zh' ? 'zh-cn' : 'en'), [language]);
  return (
    <ConfigProvider
      locale={language === 'zh' ? zhCN : enUS}
      button={{ autoInsertSpace: false }}
      theme={{
        algorithm: theme === 'dark' ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm,
        token: {
          colorPrimary: theme === 'dark' ? '#2dd4bf' : '#0f766e',
          colorPrimaryBg: theme === 'dark' ? '#12312e' : '#e3f3f0',
          colorPrimaryBgHover: theme === 'dark' ? '#17403c' : '#d0ebe6',
          colorLink: theme === 'dark' ? '#5b9dff' : '#1d5fd1',
          borderRadius: 6,
          // people who get dizzy, and browsers that are driven by tests
          motion: !window.matchMedia('(prefers-reduced-motion: reduce)').matches,
        },
        components: { Menu: { itemHeight: 34 } },
      }}
    >
      <AntApp message={{ duration: 2, maxCount: 3 }}>
        <RouterProvider router={router} />
      </AntApp>
    </ConfigProvider>
  );
}
