// Rows of the v1.0 account lists, as far as the console reads them.

export interface CreatorOfRow {
  creator_id: number;
  creator_alias: string;
  creator_username?: string;
}

interface Common {
  id: number;
  gmt_created: string;
  creator_info: CreatorOfRow;
}

export interface User extends Common {
  username: string;
  alias: string;
  email: string;
  phone: string;
  last_login: string | null;
  dept_info: { dept_id: number; dept_name: string };
  dept_ids: number[];
  is_active: boolean;
  is_admin: boolean;
  is_workflow_admin: boolean;
}

export interface Role extends Common {
  name: string;
  description: string;
  label: string;
}

export interface Department extends Common {
  name: string;
  parent_dept_id: number;
  leader: string;
  approver: string;
  label: string;
  parent_dept_info: { parent_dept_id: number; parent_dept_name: string };
  leader_info: { leader_username: string; leader_alias: string };
  approver_info: { approver_name: string; approver_alias: string }[];
}

/** `alias(username)`, or the username alone. */
export function personText(username: string, alias: string): string {
  return alias && alias !== username ? `${alias}(${username})` : username;
}
