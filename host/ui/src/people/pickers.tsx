// Pickers of users, roles and departments, for forms: they search on the server and show names where the server wants ids or usernames.
import { useQuery } from '@tanstack/react-query';
import { Select, TreeSelect } from 'antd';
import { v1, type Page } from '../api/client';
import { useSearchBox } from '../parts/useSearchBox';
import { useText } from '../text/language';
import { departmentTree } from './departmentTree';
import { peopleTexts } from './texts';
import { personText, type Department, type Role, type User } from './types';

/** More than anybody picks from a list; beyond it one searches. */
const SHOWN = 50;
const ALL = 10_000;

interface PickerProps<T> {
  value?: T;
  onChange?: (value: T) => void;
  id?: string;
  disabled?: boolean;
  placeholder?: string;
  'data-testid'?: string;
  'aria-label'?: string;
  style?: React.CSSProperties;
}

/** Users found by a text that may be part of username or alias. */
function useFoundUsers(search: string) {
  const query = { search_value: search, per_page: SHOWN, page: 1 };
  return useQuery({
    queryKey: ['accounts/users', query],
    queryFn: ({ signal }) => v1<Page<User>>('GET', 'accounts/users', { query, signal }),
  });
}

/** One username. A name that gavia does not know can be typed in: callers may name people it has no account for. */
export function UserPicker({ value, onChange, ...rest }: PickerProps<string>) {
  const t = useText(peopleTexts);
  const { words, select } = useSearchBox();
  const found = useFoundUsers(words);
  return (
    <Select
      {...rest}
      allowClear
      {...select}
      placeholder={rest.placeholder ?? t.pickUser}
      loading={found.isFetching}
      value={value || undefined}
      onChange={(next: string | undefined) => onChange?.(next ?? '')}
      options={withTyped(userOptions(found.data), words)}
    />
  );
}

/** Several usernames. */
export function UsersPicker({ value, onChange, ...rest }: PickerProps<string[]>) {
  const t = useText(peopleTexts);
  const { words, select } = useSearchBox();
  const found = useFoundUsers(words);
  return (
    <Select
      {...rest}
      mode="multiple"
      {...select}
      placeholder={rest.placeholder ?? t.pickUsers}
      loading={found.isFetching}
      value={value}
      onChange={onChange}
      options={withTyped(userOptions(found.data), words)}
    />
  );
}

interface NameOption {
  value: string;
  label: string;
}

function userOptions(page: Page<User> | undefined): NameOption[] {
  return (page?.value ?? []).map((user) => ({ value: user.username, label: personText(user.username, user.alias) }));
}

function withTyped(options: NameOption[], typed: string): NameOption[] {
  const name = typed.trim();
  return name === '' || options.some((option) => option.value === name) ? options : [...options, { value: name, label: name }];
}

/** The id of a user, for what the server keeps by id. */
export function UserIdPicker({ value, onChange, ...rest }: PickerProps<number>) {
  const t = useText(peopleTexts);
  const { words, select } = useSearchBox();
  const found = useFoundUsers(words);
  return (
    <Select
      {...rest}
      {...select}
      placeholder={rest.placeholder ?? t.pickUser}
      loading={found.isFetching}
      value={value}
      onChange={onChange}
      options={(found.data?.value ?? []).map((user) => ({ value: user.id, label: personText(user.username, user.alias) }))}
    />
  );
}

export function RolePicker({ value, onChange, ...rest }: PickerProps<number>) {
  const t = useText(peopleTexts);
  const query = { per_page: ALL, page: 1 };
  const roles = useQuery({
    queryKey: ['accounts/roles', query],
    queryFn: ({ signal }) => v1<Page<Role>>('GET', 'accounts/roles', { query, signal }),
  });
  return (
    <Select
      {...rest}
      showSearch={{ optionFilterProp: 'label' }}
      placeholder={rest.placeholder ?? t.pickRole}
      loading={roles.isPending}
      value={value}
      onChange={onChange}
      options={(roles.data?.value ?? []).map((role) => ({ value: role.id, label: role.name }))}
    />
  );
}

export function useDepartments() {
  const query = { per_page: ALL, page: 1 };
  return useQuery({
    queryKey: ['accounts/depts', query],
    queryFn: ({ signal }) => v1<Page<Department>>('GET', 'accounts/depts', { query, signal }),
  });
}

export function DepartmentPicker({ value, onChange, ...rest }: PickerProps<number>) {
  const t = useText(peopleTexts);
  const departments = useDepartments();
  return (
    <TreeSelect
      {...rest}
      allowClear
      showSearch={{ treeNodeFilterProp: 'title' }}
      treeDefaultExpandAll
      placeholder={rest.placeholder ?? t.pickDepartment}
      loading={departments.isPending}
      value={value || undefined}
      onChange={(next: number | undefined) => onChange?.(next ?? 0)}
      treeData={departmentTree(departments.data?.value ?? [], '')}
    />
  );
}

export function DepartmentsPicker({ value, onChange, ...rest }: PickerProps<number[]>) {
  const t = useText(peopleTexts);
  const departments = useDepartments();
  return (
    <TreeSelect
      {...rest}
      multiple
      allowClear
      showSearch={{ treeNodeFilterProp: 'title' }}
      treeDefaultExpandAll
      placeholder={rest.placeholder ?? t.pickDepartment}
      loading={departments.isPending}
      value={value}
      onChange={(next: number[] | undefined) => onChange?.(next ?? [])}
      treeData={departmentTree(departments.data?.value ?? [], '')}
    />
  );
}
