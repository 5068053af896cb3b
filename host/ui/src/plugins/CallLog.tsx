// Lines that a plugin wrote. They are a stranger's words: text and nothing else.
import { Tag, Typography } from 'antd';
import { useText } from '../text/language';
import { pluginTexts } from './texts';
import type { LogLine } from './types';

const COLOURS: Record<string, string> = { error: 'error', warn: 'warning', info: 'processing' };

export function CallLog({ lines }: { lines: LogLine[] }) {
  const t = useText(pluginTexts);
  if (lines.length === 0) return <Typography.Text type="secondary">{t.noLog}</Typography.Text>;
  return (
    <div data-testid="call-log" style={{ maxHeight: 360, overflow: 'auto' }}>
      {lines.map((line, index) => (
        <div key={index} className="gavia-mono gavia-pre">
          <Tag color={COLOURS[line.level]}>{line.level}</Tag>
          {line.source} {line.message} {line.fields !== null && line.fields !== undefined && JSON.stringify(line.fields) !== '{}' && JSON.stringify(line.fields)}
        </div>
      ))}
    </div>
  );
}
