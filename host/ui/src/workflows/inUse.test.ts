// After which refusals one may delete all the same; the texts are read where the server has them.
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { isInUse } from './inUse';

const source = (file: string) => readFileSync(new URL(`../../../src/http/${file}.rs`, import.meta.url), 'utf8').split('#[cfg(test)]')[0] ?? '';

/** As they may arrive: something in the place of what is filled in. */
const refusals = (file: string) => [...source(file).matchAll(/"([^"]*不能删除[^"]*)"/g)].map((match) => (match[1] ?? '').replaceAll('{}', '甲'));

it('workflows, run scripts and notices that are in use can be deleted all the same', () => {
  const texts = [...refusals('texts'), ...refusals('custom_notices')];
  expect(texts).toHaveLength(2);
  expect(texts.filter((text) => !isInUse(text))).toEqual([]);
});

it('force is not offered where it would change nothing', () => {
  const others = [...refusals('users'), ...refusals('error'), '工作流不存在', '服务暂时不可用，请稍后重试', 'record is not exist or has been deleted', '请求过于频繁，请稍后再试', ''];
  expect(others.length).toBeGreaterThan(7);
  expect(others.filter(isInUse)).toEqual([]);
});
