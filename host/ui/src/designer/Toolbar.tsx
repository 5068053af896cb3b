// Name, state of saving, undo and redo, what the check found.
import { ArrowLeftOutlined, RedoOutlined, SaveOutlined, UndoOutlined } from '@ant-design/icons';
import { Button, Flex, Tag, Tooltip, Typography } from 'antd';
import { Link } from 'react-router';
import { common } from '../text/common';
import { useText } from '../text/language';
import { useDesign } from './design';
import { designerTexts } from './texts';

interface Props {
  id: number | null;
  revision: number | undefined;
  isDirty: boolean;
  isBusy: boolean;
  canUndo: boolean;
  canRedo: boolean;
  onUndo: () => void;
  onRedo: () => void;
  onSave: () => void;
}

export function Toolbar({ id, revision, isDirty, isBusy, canUndo, canRedo, onUndo, onRedo, onSave }: Props) {
  const t = useText(designerTexts);
  const shared = useText(common);
  const { document, problems, openTab } = useDesign();
  const errors = problems.filter((problem) => problem.level === 'error').length;
  return (
    <Flex align="center" gap={8} wrap>
      <Link to="/workflows">
        <Button type="text" icon={<ArrowLeftOutlined />} aria-label={shared.menu.workflows} data-testid="designer-back" />
      </Link>
      <Typography.Title level={4} style={{ margin: 0 }} ellipsis data-testid="designer-title">
        {document.name || (id === null ? t.newWorkflow : t.unnamed)}
      </Typography.Title>
      <Tag color={isDirty || id === null ? 'processing' : undefined} data-testid="designer-status">
        {isDirty || id === null ? t.unsaved : t.revision(revision ?? 0)}
      </Tag>
      <span style={{ flex: 1 }} />
      {problems.length > 0 && (
        <Button type="text" danger={errors > 0} onClick={() => openTab('findings')} data-testid="designer-findings">
          {[errors > 0 && t.bar.errors(errors), problems.length > errors && t.bar.warnings(problems.length - errors)].filter(Boolean).join(' · ')}
        </Button>
      )}
      <Tooltip title={t.bar.undo}>
        <Button icon={<UndoOutlined />} aria-label={t.bar.undo} disabled={!canUndo} onClick={onUndo} data-testid="designer-undo" />
      </Tooltip>
      <Tooltip title={t.bar.redo}>
        <Button icon={<RedoOutlined />} aria-label={t.bar.redo} disabled={!canRedo} onClick={onRedo} data-testid="designer-redo" />
      </Tooltip>
      <Button type="primary" icon={<SaveOutlined />} loading={isBusy} disabled={!isDirty && id !== null} onClick={onSave} data-testid="designer-save">
        {shared.button.save}
      </Button>
    </Flex>
  );
}
