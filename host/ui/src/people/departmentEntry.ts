// A department as its form holds it, and as the server is sent it.
import type { Department } from './types';

export interface DepartmentEntry {
  name: string;
  parent_dept_id: number;
  leader: string;
  approver: string[];
  label: string;
}

export function entryOf({ name, parent_dept_id, leader, approver, label }: Department): DepartmentEntry {
  return { name, parent_dept_id, leader, label, approver: approver.split(',').filter((one) => one !== '') };
}

export function sent(entry: DepartmentEntry) {
  return { ...entry, approver: entry.approver.join(',') };
}
