// What changed, key by key: `before → after`. How keys and values are worded is the caller's; without words they stand as they are.
import { Typography } from 'antd';
import type { Difference } from './differences';

export interface ChangeWords {
  /** A name for the key; undefined leaves the key. */
  key: (key: string) => string | undefined;
  value: (key: string, value: unknown) => string;
}

const PLAIN: ChangeWords = {
  key: () => undefined,
  value: (_, value) => (value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)),
};

export function Changes({ changes, words = PLAIN }: { changes: Difference[]; words?: ChangeWords }) {
  return (
    <table style={{ width: 'auto' }}>
      <tbody>
        {changes.map((change) => {
          const before = words.value(change.key, change.before);
          return (
            <tr key={change.key}>
              <th scope="row" style={{ textAlign: 'start', fontWeight: 500, paddingInlineEnd: 16, verticalAlign: 'top' }}>
                {words.key(change.key) ?? <span className="gavia-mono">{change.key}</span>}
              </th>
              <td className="gavia-pre">
                {before !== '' && (
                  <Typography.Text delete type="secondary">
                    {before}
                  </Typography.Text>
                )}{' '}
                → {words.value(change.key, change.after) || '∅'}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}
