// Departments come as a flat list with parents; here they become a tree.
import type { Department } from './types';

export interface DepartmentNode {
  key: number;
  value: number;
  title: string;
  department: Department;
  children: DepartmentNode[];
}

/**
 * The tree of the departments whose name or label contains `search`, with everything above them. A department whose parent is not
 * in the list stands at the top, so none is lost; a loop (which the server refuses) would end there too.
 */
export function departmentTree(departments: Department[], search: string): DepartmentNode[] {
  const nodes = new Map(departments.map((one) => [one.id, nodeOf(one)]));
  const tops: DepartmentNode[] = [];
  for (const node of nodes.values()) {
    const parent = nodes.get(node.department.parent_dept_id);
    if (parent && !isBelow(parent, node, nodes)) parent.children.push(node);
    else tops.push(node);
  }
  return search === '' ? tops : matching(tops, search.toLowerCase());
}

function nodeOf(department: Department): DepartmentNode {
  return { key: department.id, value: department.id, title: department.name, department, children: [] };
}

/** Whether going up from `node` meets `other`. */
function isBelow(node: DepartmentNode, other: DepartmentNode, nodes: Map<number, DepartmentNode>): boolean {
  const seen = new Set<number>();
  for (let at: DepartmentNode | undefined = node; at && !seen.has(at.key); at = nodes.get(at.department.parent_dept_id)) {
    if (at === other) return true;
    seen.add(at.key);
  }
  return false;
}

function matching(nodes: DepartmentNode[], search: string): DepartmentNode[] {
  return nodes.flatMap((node) => {
    const children = matching(node.children, search);
    const hit = `${node.department.name} ${node.department.label}`.toLowerCase().includes(search);
    return hit || children.length > 0 ? [{ ...node, children: hit ? node.children : children }] : [];
  });
}
