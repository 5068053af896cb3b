// Language and theme: chosen in the header, remembered in the browser, first taken from what the browser prefers.
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { LanguageContext, type Language } from '../text/language';

export type Theme = 'light' | 'dark';

interface Preferences {
  language: Language;
  theme: Theme;
  setLanguage: (language: Language) => void;
  setTheme: (theme: Theme) => void;
}

const PreferencesContext = createContext<Preferences | null>(null);

/** localStorage may be switched off; then the choice lasts as long as the page. */
function remembered(key: string): string | null {
  try {
    return window.localStorage.getItem(key);
  } catch {
    return null;
  }
}

function remember(key: string, value: string): void {
  try {
    window.localStorage.setItem(key, value);
  } catch {
    // kept for this page only
  }
}

function firstLanguage(): Language {
  const kept = remembered('gavia.language');
  if (kept === 'en' || kept === 'zh') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

function firstTheme(): Theme {
  const kept = remembered('gavia.theme');
  if (kept === 'light' || kept === 'dark') return kept;
  return window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  const [theme, setTheme] = useState(firstTheme);
  useEffect(() => {
    remember('gavia.language', language);
    document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  }, [language]);
  useEffect(() => {
    remember('gavia.theme', theme);
    document.documentElement.style.colorScheme = theme;
  }, [theme]);
  const value = useMemo(() => ({ language, theme, setLanguage, setTheme }), [language, theme]);
  return (
    <PreferencesContext value={value}>
      <LanguageContext value={language}>{children}</LanguageContext>
    </PreferencesContext>
  );
}

export function usePreferences(): Preferences {
  const value = useContext(PreferencesContext);
  if (!value) throw new Error('usePreferences outside of its provider');
  return value;
}
