// Every fixed text with which the server refuses what the console asks has words in the other language: the texts are read where the
// server has them.
import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { inChinese, inEnglish } from './wording';

const HOST = new URL('../../../src/', import.meta.url);
/** Calls whose last argument is what a caller is told, and a text given to them or to `format!` inside. */
const TOLD = [
  /(?:Explained|Self)::new\(\s*StatusCode::\w+,\s*/,
  /unfit\(\s*(?:format!\("[^"]*"\)|"[^"]*"|[\w.()]+),\s*/,
  /\bbad\(\s*/,
  /Problem\(\s*StatusCode::\w+,\s*/,
  /(?:Conflict|Unfit)\(\s*/,
  /StatusCode::[A-Z_]+ =>\s*/,
  /_ =>\s*(?="the request)/,
];
const TEXT = /(?:&?format!\(\s*)?"((?:[^"\\]|\\.)*)"/;
/** Errors whose sentence is the answer. */
const ERRORS = ['app/queue.rs', 'app/scripts.rs', 'app/registry/mod.rs', 'plugins/origin.rs'];

function sources(folder: string): string[] {
  return readdirSync(new URL(folder, HOST), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.rs') && !file.endsWith('tests.rs'))
    .map((file) => `${folder}${file}`);
}

/** Without the tests at its end. */
function source(file: string): string {
  return readFileSync(new URL(file, HOST), 'utf8').split('#[cfg(test)]\n#[expect')[0] ?? '';
}

function found(pattern: RegExp, file: string): string[] {
  return [...source(file).matchAll(pattern)].flatMap((match) => match[1] ?? []);
}

/** As it may arrive: something in the place of what is filled in. */
function filled(text: string): string {
  return text.replaceAll('\\"', '"').replace(/\{\w*:\?\}/g, '"7"').replace('{FIELD}', 'field.').replace(/\{[^}]*\}/g, '7');
}

it('has Chinese words for every fixed text of a v2 refusal', () => {
  const told = new RegExp(`(?:${TOLD.map((one) => one.source).join('|')})${TEXT.source}`, 'g');
  const texts = ['http/v2.rs', ...sources('http/v2/'), ...sources('app/registry/'), 'app/trials.rs'].flatMap((file) => found(told, file));
  texts.push(...ERRORS.flatMap((file) => found(/#\[error\(\s*"((?:[^"\\]|\\.)*)"/g, file)));
  const worded = [...new Set(texts.map(filled))].filter((text) => text !== '7');
  expect(worded.length).toBeGreaterThan(60);
  expect(worded.filter((text) => inChinese(text) === text)).toEqual([]);
});

/** What answers the console's calls of v1.0: accounts, apps, the list of workflows, run scripts and notices, and every call's outer layers. */
const V1 = ['app_tokens', 'auth', 'client', 'config_body', 'csrf', 'custom_notices', 'departments', 'extract', 'layers', 'login', 'roles', 'run_scripts', 'upload', 'users', 'workflows', 'wire/loose', 'wire/page'];

it('has English words for every fixed text of the v1.0 calls that the console makes', () => {
  const texts = V1.flatMap((file) => found(/"((?:[^"\\]|\\.)*[\u4e00-\u9fff](?:[^"\\]|\\.)*)"/g, `http/${file}.rs`));
  const worded = [...new Set(texts.map(filled))];
  expect(worded.length).toBeGreaterThan(40);
  expect(worded.filter((text) => inEnglish(text) === text)).toEqual([]);
});
