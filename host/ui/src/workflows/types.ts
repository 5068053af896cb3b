// Rows of the v1.0 lists of workflows, notices and run scripts.

export interface Workflow {
  id: number;
  name: string;
  description: string;
  notices: string;
  view_permission_check: boolean;
  limit_expression: string;
  display_form_str: string;
  condition_plugin: string;
  creator: string;
  gmt_created: string;
}

export interface Notice {
  id: number;
  name: string;
  description: string | null;
  script: string | null;
  title_template: string | null;
  content_template: string | null;
  type_id: 1 | 2;
  hook_url: string;
  creator: string;
  gmt_created: string;
}

export interface RunScript {
  id: number;
  name: string;
  description: string | null;
  saved_name: string;
  is_active: boolean;
  creator: string;
  gmt_created: string;
}
