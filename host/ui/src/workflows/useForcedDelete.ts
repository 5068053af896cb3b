// Deletion of what may be in use: the server refuses with its reason, and one may then delete all the same.
import { App } from 'antd';
import { v1 } from '../api/client';
import { ApiError } from '../api/errors';
import { useMessageOf, useNotify } from '../parts/notify';
import { useReadAnew, type Changed } from '../parts/useAction';
import { common } from '../text/common';
import { useText } from '../text/language';
import { isInUse } from './inUse';
import { workflowTexts } from './texts';

/** Gives a function that deletes a v1.0 path; `words` is the button of the second question. */
export function useForcedDelete(changed: Changed) {
  const t = useText(workflowTexts);
  const shared = useText(common);
  const { modal } = App.useApp();
  const notify = useNotify();
  const messageOf = useMessageOf();
  const readAnew = useReadAnew();

  async function gone() {
    notify.success(shared.deleted);
    await readAnew(changed);
  }

  /** What is shown may be old, such as a row that somebody else has deleted. */
  function failed(error: unknown) {
    notify.failure(error);
    void readAnew(changed);
  }

  async function force(path: string) {
    try {
      await v1('DELETE', path, { query: { force: 1 } });
      await gone();
    } catch (error) {
      failed(error);
    }
  }

  return async (path: string, words: string) => {
    try {
      await v1('DELETE', path);
      await gone();
    } catch (error) {
      if (!(error instanceof ApiError && isInUse(error.message))) return failed(error);
      modal.confirm({
        title: t.refused,
        // the hint at the end is for callers of the API
        content: messageOf(error).replace(/；确需删除请带参数force=1$/, ''),
        okText: words,
        okButtonProps: { danger: true, 'data-testid': 'confirm-force' },
        cancelText: shared.button.cancel,
        onOk: () => force(path),
      });
    }
  };
}
