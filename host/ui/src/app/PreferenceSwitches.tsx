// The two switches of the header and the login page: Chinese or English, light or dark.
import { MoonOutlined, SunOutlined } from '@ant-design/icons';
import { Button, Tooltip } from 'antd';
import { common } from '../text/common';
import { useText } from '../text/language';
import { usePreferences } from './preferences';

export function PreferenceSwitches() {
  const t = useText(common);
  const { language, theme, setLanguage, setTheme } = usePreferences();
  const otherTheme = theme === 'dark' ? t.header.light : t.header.dark;
  return (
    <>
      <Button
        type="text"
        data-testid="language-switch"
        lang={language === 'zh' ? 'en' : 'zh-CN'}
        aria-label={language === 'zh' ? 'English' : '中文'}
        onClick={() => setLanguage(language === 'zh' ? 'en' : 'zh')}
      >
        {language === 'zh' ? 'English' : '中文'}
      </Button>
      <Tooltip title={otherTheme}>
        <Button
          type="text"
          data-testid="theme-switch"
          aria-label={otherTheme}
          icon={theme === 'dark' ? <SunOutlined /> : <MoonOutlined />}
          onClick={() => setTheme(theme === 'dark' ? 'light' : 'dark')}
        />
      </Tooltip>
    </>
  );
}
