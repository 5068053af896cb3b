// Which refusals of a deletion say that the thing is in use: those alone are lifted by force. v1.0 tells them by their texts, since every
// refusal is answered with the same status. A test finds the server's texts.

const IN_USE = [/，不能删除；确需删除请带参数force=1$/, /^通知正在被工作流使用，不能删除: /];

export function isInUse(message: string): boolean {
  return IN_USE.some((pattern) => pattern.test(message));
}
