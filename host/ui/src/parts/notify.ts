// Short messages at the top of the page: success for two seconds, failure a little longer.
import { App } from 'antd';
import { useMemo } from 'react';
import { ApiError } from '../api/errors';
import { common } from '../text/common';
import { useText } from '../text/language';

/** The words for an error: the server's own where it had any. */
export function useMessageOf(): (error: unknown) => string {
  const t = useText(common);
  return useMemo(
    () => (error: unknown) => {
      if (error instanceof ApiError) return error.status === 0 ? t.unreachable : error.message;
      return error instanceof Error ? error.message : String(error);
    },
    [t],
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
