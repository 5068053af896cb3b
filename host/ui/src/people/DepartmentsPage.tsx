// Departments as a tree: create at the top or below another, edit, move by changing the parent, delete.
import { Button, Empty, Flex, Input, Table, type TableProps } from 'antd';
import { useMemo, useState } from 'react';
import { v1 } from '../api/client';
import { ActionButton } from '../parts/ActionButton';
import { Failure } from '../parts/Failure';
import { PageHead } from '../parts/PageHead';
import { useAction } from '../parts/useAction';
import { useColumnsThatFit } from '../parts/useColumnsThatFit';
import { common } from '../text/common';
import { useText } from '../text/language';
import { DepartmentDialog, type DepartmentEdit } from './DepartmentDialog';
import { departmentTree, type DepartmentNode } from './departmentTree';
import { useDepartments } from './pickers';
import { peopleTexts } from './texts';
import { personText } from './types';
import { creatorText } from './UsersPage';

export function Page() {
  const t = useText(peopleTexts);
  const shared = useText(common);
  const departments = useDepartments();
  const [search, setSearch] = useState('');
  const [edit, setEdit] = useState<DepartmentEdit | null>(null);
  const all = departments.data?.value;
  const tree = useMemo(() => departmentTree(all ?? [], search.trim()), [all, search]);
  const columns = useColumnsThatFit(useColumns(setEdit));
  return (
    <>
      <PageHead
        title={shared.menu.departments}
        help={t.departmentsHelp}
        extra={
          <Button type="primary" data-testid="department-create" onClick={() => setEdit({ department: null, parent: 0 })}>
            {t.createDepartment}
          </Button>
        }
      />
      <Flex gap={8} align="center" style={{ marginBottom: 12 }}>
        <Input.Search
          allowClear
          placeholder={t.departmentSearch}
          aria-label={t.departmentSearch}
          data-testid="departments-search"
          style={{ maxWidth: 320 }}
          onChange={(event) => setSearch(event.target.value)}
        />
        {all && <span>{t.people(all.length)}</span>}
      </Flex>
      {departments.error ? (
        <Failure error={departments.error} onRetry={() => void departments.refetch()} />
      ) : (
        <Table<DepartmentNode>
          // another search opens another set of nodes
          key={`${search}-${all === undefined}`}
          rowKey="key"
          size="middle"
          columns={columns}
          dataSource={tree.map(bare)}
          loading={departments.isFetching}
          expandable={{ defaultExpandAllRows: true }}
          pagination={false}
          scroll={{ x: 'max-content' }}
          onRow={(node) => ({ 'data-testid': `departments-row-${node.key}` }) as object}
          locale={{ emptyText: <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={search ? shared.nothingFound : shared.empty} /> }}
        />
      )}
      <DepartmentDialog edit={edit} onClose={() => setEdit(null)} />
    </>
  );
}

/** A leaf without `children`, so that the table shows no handle to open it. */
function bare(node: DepartmentNode): DepartmentNode {
  if (node.children.length > 0) return { ...node, children: node.children.map(bare) };
  const { children: _, ...leaf } = node;
  return leaf as DepartmentNode;
}

function useColumns(edit: (what: DepartmentEdit) => void): TableProps<DepartmentNode>['columns'] {
  const t = useText(peopleTexts);
  const shared = useText(common);
  const { run } = useAction();
  return [
    { title: shared.column.name, dataIndex: 'title' },
    { title: shared.column.id, dataIndex: 'key' },
    { title: t.leader, render: (_, { department }) => personText(department.leader, department.leader_info.leader_alias) },
    {
      title: t.approvers,
      render: (_, { department }) => department.approver_info.map((one) => personText(one.approver_name, one.approver_alias)).join('、'),
    },
    { title: shared.column.label, render: (_, { department }) => <span className="gavia-mono">{department.label}</span> },
    { title: shared.column.creator, render: (_, { department }) => creatorText(department) },
    { title: shared.column.created, render: (_, { department }) => department.gmt_created },
    {
      title: shared.column.actions,
      fixed: 'right',
      render: (_, { department }) => (
        <>
          <ActionButton testId={`department-below-${department.id}`} onClick={() => edit({ department: null, parent: department.id })}>
            {t.createBelow}
          </ActionButton>
          <ActionButton testId={`department-edit-${department.id}`} onClick={() => edit({ department, parent: department.parent_dept_id })}>
            {shared.button.edit}
          </ActionButton>
          <ActionButton
            testId={`department-delete-${department.id}`}
            danger
            question={shared.confirmDelete(department.name)}
            onClick={() => run(() => v1('DELETE', `accounts/depts/${department.id}`), shared.deleted, [['accounts/depts']])}
          >
            {shared.button.remove}
          </ActionButton>
        </>
      ),
    },
  ];
}
