// v1.0 answers have the fixed, mostly Chinese texts that callers of loonflow know; v2 answers are English. The ones that an
// administrator can meet are put into the reader's language here; a text without an entry is shown as it came.

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

/** And the other way round: texts of v2 answers, for readers of the Chinese console. */
const CHINESE: [RegExp, string][] = [
  [/^this is not the present password$/, '当前密码不正确'],
  [/^too many failed logins, try again later$/, '失败次数过多，请稍后再试'],
  [/^a password is changed from a session of its own$/, '请使用本人的会话修改密码'],
  [/^there is no such plugin$/, '插件不存在'],
  [/^the plugin has no such version$/, '插件没有该版本'],
  [/^the plugin is in use$/, '插件正在被使用，不能删除'],
  [/^only a version that waits or is ready can be approved$/, '只能审批待批准或就绪的版本'],
  [/^the version is active; activate another one first$/, '该版本正在启用，请先启用其他版本'],
  [/^the version is rejected or retired already$/, '该版本已被拒绝或停用'],
  [/^the version is being compiled still$/, '该版本仍在编译'],
  [/^there is no version to go back to$/, '没有可以回滚的版本'],
  [/^the version does not ask for so much: (.*)$/, '该版本没有请求这么多权限：$1'],
  [/^too many plugins are being compiled at the moment; try again later$/, '正在编译的插件过多，请稍后再试'],
  [/^a plugin is 64 MiB at most, the texts beside it 64 KiB each$/, '插件不能超过 64 MiB，其他文本不能超过 64 KiB'],
  [/^there is no ticket (\d+)$/, '工单 $1 不存在'],
  [/^there is no such ticket$/, '工单不存在'],
  [/^(\w+) is a list of up to 1000 ids between commas$/, '$1 须为逗号分隔的 ID，最多 1000 个'],
  [/^none of these workflows has a field "(.*)"$/, '这些工作流没有字段“$1”'],
  [/^field\.(\S+) must be (.*)$/, '字段 $1 的值不合法，应为 $2'],
];

/** The English words for a v1.0 text. */
export function inEnglish(message: string): string {
  return worded(WORDINGS, message);
}

/** The Chinese words for a v2 text. */
export function inChinese(message: string): string {
  return worded(CHINESE, message);
}

function worded(table: [RegExp, string][], message: string): string {
  for (const [pattern, words] of table) {
    if (pattern.test(message)) return message.replace(pattern, words);
  }
  return message;
}
