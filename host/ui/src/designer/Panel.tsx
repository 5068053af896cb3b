// The frame of a side panel.
import { CloseOutlined } from '@ant-design/icons';
import { Button, Flex, Typography } from 'antd';
import type { ReactNode } from 'react';
import { common } from '../text/common';
import { useText } from '../text/language';

export function Panel({ title, onClose, children }: { title: string; onClose: () => void; children: ReactNode }) {
  const t = useText(common);
  return (
    <aside className="designer-panel" aria-label={title} data-testid="designer-panel">
      <Flex justify="space-between" align="start" gap={8} style={{ marginBottom: 10 }}>
        <Typography.Title level={5} style={{ margin: 0, overflowWrap: 'anywhere' }}>
          {title}
        </Typography.Title>
        <Button type="text" size="small" icon={<CloseOutlined />} aria-label={t.button.close} onClick={onClose} data-testid="designer-panel-close" />
      </Flex>
      {children}
    </aside>
  );
}
