import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CLUSTER, SECRET } from '../../xds/types.ts';
import { certificateMessage } from '../secrets/secret-message.ts';
import type { KeptConfig } from './keepers.ts';
import { bindingOf, stateFileName } from './node-binding.ts';
import { openState, type AgentState } from './open-state.ts';
import { decodeState, encodeState } from './state-format.ts';
import { capturedLog, keptConfig, NODE, nodeOf, storedConfig, typesWith } from './testing/stored-config.ts';
import { SHORT_FORM } from '../../common/testing/short-form.ts';

let folder: string;
let file: string;
const open: AgentState[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'state-'));
  file = join(folder, stateFileName(bindingOf(NODE)));
});
afterEach(async () => {
  for (const state of open.splice(0)) await state.stop();
  rmSync(folder, { recursive: true });
});

async function opened({
  at = folder,
  fallback,
  keys = false,
  node = NODE,
}: {
  readonly at?: string;
  readonly fallback?: string;
  readonly keys?: boolean;
  readonly node?: typeof NODE;
} = {}) {
  const { log, warnings } = capturedLog();
  const state = await openState({ folder: at, isNamed: true, keys, fallback }, node, log);
  open.push(state);
  const stop = new AbortController();
  const keep = (kept: () => KeptConfig) => state.keep(kept, stop.signal);
  return { state, warnings, keep, signalStop: () => stop.abort() };
}

function put(path: string, bytes = Buffer.concat(encodeState(storedConfig())), mode = 0o600): void {
  writeFileSync(path, bytes);
  chmodSync(path, mode);
}

const inFile = (path = file) => decodeState(readFileSync(path));
const versionOf = (types: ReturnType<typeof typesWith> | undefined) => types?.get(CLUSTER)?.get('c')?.version;

test('a configuration that changed is on disk soon, and the next start begins with it', async () => {
  const { state, keep } = await opened();
  expect(state.stored).toBeUndefined();
  keep(() => keptConfig({ types: typesWith('2') }));
  state.changed();
  await expect.poll(() => existsSync(file)).toBe(true);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toHaveLength(1);
  const next = await opened();
  expect(versionOf(next.state.stored?.types)).toBe(versionOf(typesWith('2')));
  expect(next.state.status().readFrom).toBe(file);
  expect(next.warnings).toEqual([]);
});

test.skipIf(SHORT_FORM)('many changes in a row are one write', async () => {
  const { state, keep } = await opened();
  let asked = 0;
  keep(() => keptConfig({ types: typesWith(`${(asked += 1)}`) }));
  for (let index = 0; index < 1000; index += 1) state.changed();
  await expect.poll(() => existsSync(file)).toBe(true);
  // Without a change, the next second writes nothing.
  await sleep(1500);
  expect(asked).toBe(1);
});

test('a stop signal writes the last configuration; what changes after it is not kept', async () => {
  const { state, keep, signalStop } = await opened();
  let types = typesWith('last');
  keep(() => keptConfig({ types }));
  state.changed();
  signalStop();
  types = typesWith('drained');
  state.changed();
  await state.stop();
  expect(versionOf(inFile().types)).toBe(versionOf(typesWith('last')));
});

test('a configuration without listeners, or with names that Envoy waits for, does not replace the file', async () => {
  put(file);
  const before = readFileSync(file);
  for (const some of [{ types: new Map([...typesWith('2')].slice(0, 1)) }, { isWhole: false }]) {
    const { state, keep } = await opened();
    keep(() => keptConfig(some));
    state.changed();
    await state.stop();
    expect(readFileSync(file)).toEqual(before);
  }
});

test('private keys are kept only with the setting; the names of the others are', async () => {
  const secret = certificateMessage('cert', Buffer.from('chain'), Buffer.from('a-private-key'));
  const types = new Map(typesWith()).set(SECRET, new Map([['cert', secret]]));
  for (const keys of [false, true]) {
    const { state, keep } = await opened({ keys });
    keep(() => keptConfig({ types, withoutKeys: ['of before'] }));
    await state.stop();
    expect(readFileSync(file).includes('a-private-key')).toBe(keys);
    expect(inFile().withoutKeys).toEqual(keys ? ['of before'] : ['cert', 'of before']);
  }
});

test('two agents of one node on one folder: the file is always one complete configuration', async () => {
  const agents = await Promise.all([opened(), opened()]);
  for (const [index, { keep }] of agents.entries())
    keep(() => keptConfig({ types: typesWith(`of ${index}`) }));
  await Promise.all(agents.map(({ state }) => state.stop()));
  expect(['of 0', 'of 1'].map((each) => versionOf(typesWith(each)))).toContain(versionOf(inFile().types));
  expect(readdirSync(folder)).toHaveLength(1);
});

test('a draft that a killed agent left is removed, one that may be in use is not', async () => {
  const old = `${file}.1.draft`;
  put(old);
  utimesSync(old, new Date(0), new Date(0));
  put(`${file}.2.draft`);
  await opened();
  await expect.poll(() => existsSync(old)).toBe(false);
  expect(existsSync(`${file}.2.draft`)).toBe(true);
});

describe('a file that cannot be used is ignored with one line, and the next write replaces it', () => {
  const bytes = Buffer.concat(encodeState(storedConfig()));
  const of = (id: string) => Buffer.concat(encodeState(storedConfig({ binding: bindingOf(nodeOf(id)) })));
  const newer = Buffer.from(bytes.toString('latin1').replace('state 1 ', 'state 9 '), 'latin1');
  test.each<[string, () => void, RegExp]>([
    ['cut', () => put(file, bytes.subarray(0, 200)), /is damaged/],
    ['rubbish', () => put(file, randomBytes(5000)), /is damaged/],
    ['empty', () => put(file, Buffer.alloc(0)), /is damaged/],
    [
      "another node's",
      () => put(file, of('mesh/apps/virtualNode/x')),
      /belongs to mesh\/apps\/virtualNode\/x/,
    ],
    ["another mesh's", () => put(file, of('mesh/x/virtualNode/b')), /belongs to mesh\/x\/virtualNode\/b/],
    ["a newer format's", () => put(file, newer), /has format 9, which a newer version/],
    ['readable by others', () => put(file, bytes, 0o644), /has mode 0644: other users can read or write it/],
    [
      'a link',
      () => {
        put(join(folder, 'target'));
        symlinkSync(join(folder, 'target'), file);
      },
      /is a link/,
    ],
    ['a folder', () => mkdirSync(file), /is not a regular file/],
    ['a FIFO', () => void execFileSync('mkfifo', [file]), /is not a regular file/],
  ])('%s', async (kind, make, line) => {
    make();
    const { state, warnings, keep } = await opened();
    expect(state.stored).toBeUndefined();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(line);
    expect(warnings[0]).toContain(file);
    keep(() => keptConfig({ types: typesWith('2') }));
    await state.stop();
    if (kind === 'a folder') {
      expect(state.status().own.problem).toMatch(/EISDIR|ENOTEMPTY|EEXIST|EPERM/);
      return;
    }
    expect(statSync(file).isFile()).toBe(true);
    expect(versionOf(inFile().types)).toBe(versionOf(typesWith('2')));
    if (kind === 'a link') expect(readFileSync(join(folder, 'target'))).toEqual(bytes);
    if (line.source === 'is damaged') expect(existsSync(`${file}.damaged`)).toBe(true);
  });
});

test('a folder that cannot be made is a warning and a problem in the status, not a failure', async () => {
  const { state, warnings, keep } = await opened({ at: join('/proc', 'state') });
  keep(() => keptConfig());
  state.changed();
  await state.stop();
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain('/proc/state');
  expect(state.status().own).toEqual({ problem: expect.stringContaining('/proc/state') as unknown });
});

describe('the fallback', () => {
  let fallback: string;
  let shared: string;
  beforeEach(() => {
    fallback = mkdtempSync(join(tmpdir(), 'fallback-'));
    shared = join(fallback, stateFileName(bindingOf(NODE)));
  });
  afterEach(() => rmSync(fallback, { recursive: true }));

  test('is read where there is no state of our own, although others may read it', async () => {
    put(shared, undefined, 0o644);
    const { state, warnings } = await opened({ fallback });
    expect(versionOf(state.stored?.types)).toBe(versionOf(typesWith()));
    expect(state.status().readFrom).toBe(shared);
    expect(warnings).toEqual([]);
  });

  test('is read where our own state is damaged, and not where that is good', async () => {
    put(shared, Buffer.concat(encodeState(storedConfig({ types: typesWith('2') }))));
    put(file);
    expect((await opened({ fallback })).state.status().readFrom).toBe(file);
    put(file, randomBytes(100));
    expect((await opened({ fallback })).state.status().readFrom).toBe(shared);
  });

  test.each([
    ['that others can write', 0o666],
    ['that its group can write', 0o660],
  ])('a file %s is ignored', async (_, mode) => {
    put(shared, undefined, mode);
    const { state, warnings } = await opened({ fallback });
    expect(state.stored).toBeUndefined();
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain('other users can write it');
  });

  test.skipIf(process.getuid?.() !== 0)('a file of another user is ignored', async () => {
    put(shared);
    execFileSync('chown', ['12345', shared]);
    const { state, warnings } = await opened({ fallback });
    expect(state.stored).toBeUndefined();
    expect(warnings[0]).toContain('belongs to uid 12345');
  });

  test("a file of a task with another application's address is ignored", async () => {
    const { binding } = { binding: bindingOf(nodeOf(NODE.id, { appAddress: '10.0.0.9' })) };
    put(shared, Buffer.concat(encodeState(storedConfig({ binding }))));
    const { state, warnings } = await opened({ fallback });
    expect(state.stored).toBeUndefined();
    expect(warnings[0]).toContain('appAddress');
  });
});
