// Texts in two languages. A screen has a pair of dictionaries of one type, so a key missing in either is a type error.
// `useText(pair)` gives the present language's; nothing here knows any particular text.
import { createContext, useContext } from 'react';

export type Language = 'en' | 'zh';

/** One dictionary per language; `zh` must have exactly the keys of `en`. */
export interface TextPair<T> {
  en: T;
  zh: T;
}

export const LanguageContext = createContext<Language>('en');

export function useLanguage(): Language {
  return useContext(LanguageContext);
}

export function useText<T>(pair: TextPair<T>): T {
  return pair[useContext(LanguageContext)];
}
