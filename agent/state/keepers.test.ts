import { existsSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { SECRET } from '../../xds/types.ts';
import { certificateMessage } from '../secrets/secret-message.ts';
import { fallbackContent, type KeptConfig } from './keepers.ts';
import { bindingOf } from './node-binding.ts';
import { decodeState } from './state-format.ts';
import { keptConfig, NODE, typesWith } from './testing/stored-config.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'keepers-'));
  file = join(folder, 'shared');
});
afterEach(() => rmSync(folder, { recursive: true }));

const content = (some: Partial<KeptConfig> = {}) => fallbackContent(file, keptConfig(some), bindingOf(NODE));

test('the fallback never contains keys', async () => {
  const secret = certificateMessage('cert', Buffer.from('chain'), Buffer.from('a-private-key'));
  const types = new Map(typesWith()).set(SECRET, new Map([['cert', secret]]));
  const pieces = await content({ types });
  const bytes = Buffer.concat(pieces as readonly Uint8Array[]);
  expect(bytes.includes('a-private-key')).toBe(false);
  expect(decodeState(bytes).withoutKeys).toEqual(['cert']);
});

test.each<[string, Partial<KeptConfig>, string]>([
  ['while the control plane is away', { isLive: false }, 'later'],
  ['while Envoy waits for resources', { isWhole: false }, 'later'],
  ['before there are listeners', { types: new Map() }, 'none'],
])('the fallback is not written %s', async (_, some, expected) => {
  expect(await content(some)).toBe(expected);
});

test('the fallback is not written within a minute after another task wrote it', async () => {
  writeFileSync(file, 'of another task');
  expect(await content()).toBe('later');
  const longAgo = Date.now() / 1000 - 61;
  utimesSync(file, longAgo, longAgo);
  expect(await content()).toBeInstanceOf(Array);
  expect(readFileSync(file, 'utf8')).toBe('of another task');
  expect(existsSync(`${file}.draft`)).toBe(false);
});
