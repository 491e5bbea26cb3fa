import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createLog } from '../../common/log.ts';
import { requestFile } from './request-file.ts';
import { makeSigningRequest } from './signing-request.ts';

const NODE = 'mesh/m/virtualNode/a';
const HOUR = 3_600_000;
const log = createLog('test', 'silent');

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-request-'));
  file = join(folder, 'identity.request');
});
afterEach(() => rm(folder, { recursive: true }));

const opened = (now = 0, node = NODE) => requestFile(file, node, log, () => now);

it('the next agent of the node finds the request, for an hour; it is removed with the first certificate', async () => {
  expect(await opened().read()).toBeUndefined();
  const request = await makeSigningRequest();
  await opened().keep(request);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await opened(HOUR - 1).read()).toEqual(request);
  expect(await opened(HOUR).read()).toBeUndefined();
  // The clock was set back.
  expect(await opened(-1).read()).toBeUndefined();
  expect(await opened(0, 'mesh/m/virtualNode/b').read()).toBeUndefined();
  await opened().remove();
  expect(await readdir(folder)).toEqual([]);
});

it('ignores a file that others can read, or that is damaged', async () => {
  await opened().keep(await makeSigningRequest());
  await chmod(file, 0o644);
  expect(await opened().read()).toBeUndefined();
  await writeFile(file, '{"format":1,"nodeId":"mesh/m/virtualNode/a","made":0,"key":"x","request":""}', {
    mode: 0o600,
  });
  await chmod(file, 0o600);
  expect(await opened().read()).toBeUndefined();
});

it('goes on without a folder that can be written', async () => {
  const nowhere = requestFile(join(folder, 'none', 'identity.request'), NODE, log);
  await nowhere.keep(await makeSigningRequest());
  expect(await nowhere.read()).toBeUndefined();
  await nowhere.remove();
});
