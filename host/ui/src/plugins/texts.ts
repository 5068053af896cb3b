// Texts of the plugins' pages.
const en = {
  pick: 'Choose a plugin',
  inactive: 'no active version',
};
const zh: typeof en = {
  pick: '选择插件',
  inactive: '无启用版本',
};
export const pluginTexts = { en, zh };
