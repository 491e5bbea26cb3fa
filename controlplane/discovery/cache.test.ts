import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createLog } from '../../common/log.ts';
import { openCache } from './cache.ts';

const log = createLog('test', 'silent');
const instance = { id: 'a', ipv4: '10.0.0.1', healthy: true, attributes: { color: 'red' } };
const DAY = 86_400_000;

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-cache-'));
  file = join(folder, 'cloud-map.json');
});
afterEach(() => rm(folder, { recursive: true }));

test('answers survive a restart', async () => {
  const cache = await openCache(file, log);
  expect(cache.get('x')).toBeUndefined();
  cache.put('x', [instance]);
  cache.put('y', []);
  cache.put('x', []);
  cache.put('x', [instance]);
  await cache.close();
  const again = await openCache(file, log);
  expect(again.get('x')?.value).toEqual([instance]);
  expect(again.get('y')?.value).toEqual([]);
});

test('an unchanged answer is not written again, except once per day', async () => {
  const at = Date.now() - DAY / 2;
  const answers = { x: { value: [instance], at }, y: { value: [], at: at - DAY } };
  await writeFile(file, JSON.stringify({ version: 1, answers }));
  const before = await readFile(file, 'utf8');
  const cache = await openCache(file, log);
  cache.put('x', [instance]);
  await cache.close();
  expect(await readFile(file, 'utf8')).toBe(before);
  cache.put('y', []);
  await cache.close();
  expect(await readFile(file, 'utf8')).not.toBe(before);
});

test('an answer that was not repeated for a month is forgotten', async () => {
  const answers = {
    old: { value: [], at: Date.now() - 31 * DAY },
    new: { value: [], at: Date.now() - 29 * DAY },
  };
  await writeFile(file, JSON.stringify({ version: 1, answers }));
  const cache = await openCache(file, log);
  expect([cache.get('old'), cache.get('new')?.value]).toEqual([undefined, []]);
});

test.each([
  ['half a file', '{"version":1,"answers":{"x":'],
  ['a file of a later version', '{"version":2,"answers":{}}'],
  ['a file with other content', '[]'],
])('%s: the cache starts empty', async (_, text) => {
  await writeFile(file, text);
  const cache = await openCache(file, log);
  expect(cache.get('x')).toBeUndefined();
  cache.put('x', [instance]);
  await cache.close();
  expect((await openCache(file, log)).get('x')?.value).toEqual([instance]);
});

test('an address that was changed on the disk is not served: the cache starts empty', async () => {
  const cache = await openCache(file, log);
  cache.put('x', [instance]);
  await cache.close();
  const text = await readFile(file, 'utf8');
  expect(text).toContain('10.0.0.1');
  await writeFile(file, text.replace('10.0.0.1', '10.0.0.9'));
  expect((await openCache(file, log)).get('x')).toBeUndefined();
});

test('without its folder, the cache still works in memory', async () => {
  const cache = await openCache(join(folder, 'no/such/file.json'), log);
  cache.put('x', []);
  await cache.close();
  expect(cache.get('x')?.value).toEqual([]);
});
