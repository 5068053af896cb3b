// Head of a page: its title, what it is for, and its main buttons.
import { Flex, Typography } from 'antd';
import type { ReactNode } from 'react';
import { usePageTitle } from '../app/usePageTitle';

interface Props {
  title: string;
  help?: ReactNode;
  extra?: ReactNode;
}

export function PageHead({ title, help, extra }: Props) {
  usePageTitle(title);
  return (
    <Flex justify="space-between" align="start" gap={16} wrap style={{ marginBottom: 16 }}>
      <div style={{ maxWidth: 900 }}>
        <Typography.Title level={3} style={{ margin: 0 }} data-testid="page-title">
          {title}
        </Typography.Title>
        {help && <Typography.Text type="secondary">{help}</Typography.Text>}
      </div>
      <Flex gap={8} wrap>
        {extra}
      </Flex>
    </Flex>
  );
}
