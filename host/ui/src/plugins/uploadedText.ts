// What became of an upload, with the plugin that it went to: the name in the file or in the form decides that, not the page one stands on.
import type { pluginTexts } from './texts';
import type { Uploaded } from './types';

type Words = Pick<(typeof pluginTexts)['en'], 'uploadedVersion' | 'uploadedPlugin' | 'uploadedBefore'>;

export function uploadedText({ name, version, is_new }: Pick<Uploaded, 'name' | 'version' | 'is_new'>, words: Words): string {
  if (!is_new) return words.uploadedBefore(name, version);
  return version === 1 ? words.uploadedPlugin(name) : words.uploadedVersion(name, version);
}
