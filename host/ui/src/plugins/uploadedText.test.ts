// What is said of an upload.
import { expect, it } from 'vitest';
import { pluginTexts } from './texts';
import { uploadedText } from './uploadedText';

it('an upload says in both languages whose version the file became, and whether it is new', () => {
  for (const words of [pluginTexts.en, pluginTexts.zh]) {
    const told = [
      { name: 'mailer', version: 3, is_new: true },
      { name: 'mailer', version: 1, is_new: true },
      { name: 'mailer', version: 3, is_new: false },
    ].map((one) => uploadedText(one, words));
    expect(told).toEqual([words.uploadedVersion('mailer', 3), words.uploadedPlugin('mailer'), words.uploadedBefore('mailer', 3)]);
    expect(new Set(told).size).toBe(3);
    expect(told.every((text) => text.includes('mailer'))).toBe(true);
  }
});
