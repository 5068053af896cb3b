// Where the documentation is, and the first steps.
import { Card, Flex, Typography } from 'antd';
import { useSession } from '../app/session';
import { PageHead } from '../parts/PageHead';
import { useText } from '../text/language';
import { overviewTexts } from './texts';

export function Page() {
  const t = useText(overviewTexts);
  const session = useSession();
  return (
    <>
      <PageHead title={t.links} help={t.linksHelp} />
      <Flex gap={12} wrap>
        <Card size="small" title={t.api} style={{ width: 340 }}>
          <Typography.Paragraph>{t.apiHelp}</Typography.Paragraph>
          <a href="/docs" target="_blank" rel="noreferrer">
            /docs
          </a>
        </Card>
        <Card size="small" title={t.openapi} style={{ width: 340 }}>
          <Typography.Paragraph>{t.openapiHelp}</Typography.Paragraph>
          <a href="/openapi.json" target="_blank" rel="noreferrer">
            /openapi.json
          </a>
        </Card>
        <Card size="small" title={t.licences} style={{ width: 340 }}>
          <Typography.Paragraph>{t.licencesHelp}</Typography.Paragraph>
          <a href="/licences.md" target="_blank" rel="noreferrer">
            /licences.md
          </a>
        </Card>
      </Flex>
      <Typography.Title level={4}>{t.steps}</Typography.Title>
      <ol>
        {t.stepList.map((step) => (
          <li key={step}>{step}</li>
        ))}
      </ol>
      {session.data && <Typography.Text type="secondary">{t.version(session.data.version)}</Typography.Text>}
    </>
  );
}
