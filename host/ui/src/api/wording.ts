// v1.0 answers have the fixed, mostly Chinese texts that callers of loonflow know. For readers of the English console the ones that
// an administrator can meet are put into English here; a text without an entry is shown as it came.

const WORDINGS: [RegExp, string][] = [
  [/^用户名已存在: (.*)$/, 'A user is already called $1'],
  [/^username不合法$/, 'Not a valid username'],
  [/^密码至少(\d+)个字符$/, 'The password needs at least $1 characters'],
  [/^密码过长$/, 'The password is too long'],
  [/^部门不存在$/, 'There is no such department'],
  [/^上级部门不存在$/, 'The parent department does not exist'],
  [/^上级部门不能是自己或自己的下级部门$/, 'A department cannot be below itself'],
  [/^部门下有用户、子部门或工单，不能删除$/, 'The department has users, departments or tickets and cannot be deleted'],
  [/^角色正在被工单使用，不能删除$/, 'Tickets use the role, so it cannot be deleted'],
  [/^不能删除自己$/, 'You cannot delete yourself'],
  [/^app_name已存在: (.*)$/, 'An app is already called $1'],
  [/^workflow_ids中有不存在的工作流$/, 'One of the workflows does not exist'],
  [/^该应用只保存了v2密钥，调低min_signature_version须同时rotate$/, 'Only the v2 key is kept; renew the token to allow version 1 again'],
  [/^请提供(\w+)$/, 'Please give $1'],
  [/^(\w+)不能超过(\d+)个字符$/, '$1: at most $2 characters'],
  [/^(\w+)不合法$/, '$1 is not valid'],
  [/^(\w+)须为(\d+)到(\d+)$/, '$1 must be from $2 to $3'],
  [/^approver最多(\d+)个$/, 'At most $1 approvers'],
  [/^hook_url须为http或https地址$/, 'hook_url must be an http or https address'],
  [/^通知正在被工作流使用，不能删除: (.*)$/, 'Workflows use the notice, so it cannot be deleted: $1'],
  [
    /^有(?:至少)?(\d+)个未结束的工单正在使用\((.*?)(?:等)?\)(?:，被(.*)引用)?，不能删除；确需删除请带参数force=1$/,
    'At least $1 open tickets use it ($2). $3',
  ],
  [/^被(.*)引用，不能删除；确需删除请带参数force=1$/, 'It is used by $1'],
  [/^(\w+)须为整数$/, '$1 must be a whole number'],
  [/^(\w+)不是合法的JSON$/, '$1 is not valid JSON'],
  [/^(\w+)不能超过(\d+)字节$/, '$1: at most $2 bytes'],
  [/^最多(\d+)个部门$/, 'At most $1 departments'],
  [/^上传的表单不合法$/, 'The upload cannot be read'],
  [/^gavia不执行Python脚本.*$/, 'gavia runs no Python; upload a WebAssembly plugin (.wasm). The README of the plugin SDK tells how to move a script.'],
  [/^请上传脚本文件\(file\)$/, 'Please choose a file or a plugin'],
  [/^工作流不存在$/, 'The workflow does not exist'],
  [/^工单不存在或已被删除$/, 'The ticket does not exist'],
  [/^record is not exist or has been deleted$/, 'It does not exist any more'],
  [/^the record is not exist or has been deleted$/, 'It does not exist any more'],
  [/^服务暂时不可用，请稍后重试$/, 'The service is not available just now; please try again'],
  [/^服务内部错误$/, 'Something went wrong inside the server'],
  [/^参数值超出范围$/, 'A value is out of range'],
  [/^工单正在被其他请求修改，请稍后重试$/, 'Somebody else is changing the ticket; please try again'],
];

/** The English words for a v1.0 text. */
export function inEnglish(message: string): string {
  for (const [pattern, words] of WORDINGS) {
    if (pattern.test(message)) return message.replace(pattern, words);
  }
  return message;
}
