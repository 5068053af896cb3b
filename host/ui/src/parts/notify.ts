// Words for errors, and short messages at the top of the page: success for two seconds, failure a little longer.
import { App } from 'antd';
import { useCallback, useMemo } from 'react';
import { ApiError } from '../api/errors';
import { inChinese, inEnglish } from '../api/wording';
import { common } from '../text/common';
import { useLanguage, useText } from '../text/language';

/** A text of the server in the reader's language, where there is one. */
export function useWording(): (message: string, ownChinese?: string | null) => string {
  const language = useLanguage();
  return useCallback((message, ownChinese) => (language === 'en' ? inEnglish(message) : ownChinese || inChinese(message)), [language]);
}

/** The words for an error: the server's own where it had any. */
export function useMessageOf(): (error: unknown) => string {
  const t = useText(common);
  const wording = useWording();
  return useCallback(
    (error) => {
      if (error instanceof ApiError) return error.status === 0 ? t.unreachable : wording(error.message, error.inChinese);
      return error instanceof Error ? error.message : String(error);
    },
    [t, wording],
  );
}

export function useNotify() {
  const { message } = App.useApp();
  const messageOf = useMessageOf();
  return useMemo(
    () => ({
      success: (text: string) => void message.success(text),
      failure: (error: unknown) => void message.error({ content: messageOf(error), duration: 6 }),
    }),
    [message, messageOf],
  );
}
