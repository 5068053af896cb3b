// Texts of the login page and of the change of one's own password.
const en = {
  title: 'Sign in',
  subtitle: 'Administrators only',
  username: 'Username',
  password: 'Password',
  submit: 'Sign in',
  wrong: 'Username or password is not right',
  changeTitle: 'Change password',
  current: 'Present password',
  next: 'New password',
  again: 'New password again',
  differs: 'The two entries differ',
  short: 'At least 12 characters',
  changed: 'Password changed; your other sessions have been ended',
};
const zh: typeof en = {
  title: '登录',
  subtitle: '仅限管理员',
  username: '用户名',
  password: '密码',
  submit: '登录',
  wrong: '用户名或密码不正确',
  changeTitle: '修改密码',
  current: '当前密码',
  next: '新密码',
  again: '再次输入新密码',
  differs: '两次输入不一致',
  short: '至少 12 个字符',
  changed: '密码已修改，您的其他会话已结束',
};
export const loginTexts = { en, zh };
