// Sign in. Goes to `next` afterwards, but only to an address of this console. Whoever was here before: nothing of theirs is kept.
import { LockOutlined, UserOutlined } from '@ant-design/icons';
import { useQueryClient } from '@tanstack/react-query';
import { Alert, Button, Card, Flex, Form, Input, Typography } from 'antd';
import { useEffect, useState } from 'react';
import { useNavigate, useSearchParams } from 'react-router';
import { ApiError } from '../api/errors';
import { PreferenceSwitches } from '../app/PreferenceSwitches';
import { login, SESSION_KEY } from '../app/session';
import { usePageTitle } from '../app/usePageTitle';
import { useMessageOf } from '../parts/notify';
import { common } from '../text/common';
import { useText } from '../text/language';
import { loginTexts } from './texts';
import { ownPath } from './ownPath';

interface Entry {
  username: string;
  password: string;
}

export function LoginPage() {
  const t = useText(loginTexts);
  const shared = useText(common);
  usePageTitle(t.title);
  const messageOf = useMessageOf();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [search] = useSearchParams();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);

  useEffect(() => queries.clear(), [queries]);

  async function submit({ username, password }: Entry) {
    setBusy(true);
    setProblem(null);
    try {
      const session = await login(username, password);
      queries.clear();
      queries.setQueryData(SESSION_KEY, session);
      await navigate(ownPath(search.get('next')), { replace: true });
    } catch (error) {
      setProblem(error instanceof ApiError && error.status === 401 ? t.wrong : messageOf(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <Flex vertical align="center" style={{ minHeight: '100%', paddingTop: '12vh' }}>
      <Card style={{ width: 380, maxWidth: '94vw' }} data-testid="login-card">
        <Flex justify="space-between" align="start">
          <div>
            <Typography.Title level={3} style={{ margin: 0 }}>
              {shared.product}
            </Typography.Title>
            <Typography.Text type="secondary">{t.subtitle}</Typography.Text>
          </div>
          <div>
            <PreferenceSwitches />
          </div>
        </Flex>
        {search.has('ended') && <Alert type="info" showIcon title={shared.sessionOver} style={{ marginTop: 16 }} data-testid="login-session-over" />}
        <Form<Entry> layout="vertical" requiredMark={false} onFinish={(entry) => void submit(entry)} style={{ marginTop: 20 }}>
          <Form.Item name="username" label={t.username} rules={[{ required: true, message: shared.required }]}>
            <Input prefix={<UserOutlined />} autoComplete="username" autoFocus data-testid="login-username" />
          </Form.Item>
          <Form.Item name="password" label={t.password} rules={[{ required: true, message: shared.required }]}>
            <Input.Password prefix={<LockOutlined />} autoComplete="current-password" data-testid="login-password" />
          </Form.Item>
          {problem && <Alert type="error" showIcon title={problem} style={{ marginBottom: 16 }} data-testid="login-problem" />}
          <Button block type="primary" htmlType="submit" loading={busy} data-testid="login-submit">
            {t.submit}
          </Button>
        </Form>
      </Card>
    </Flex>
  );
}
