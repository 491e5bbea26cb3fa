import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { blockOf } from '../../docker/testing/blocks.ts';
import { request } from '../../lab/clients/http.ts';
import { createLab, type Lab } from '../../lab/lab.ts';
import { awsCommand } from '../../operations/clients/installed.ts';
import { ROOT } from '../pages.ts';

// The first commands of the README, as a newcomer runs them in a clone. test/docker/ runs those with Docker, images/package.program.test.ts the npm package.

let lab: Lab;
beforeAll(async () => {
  lab = await createLab({ name: 'readme' });
});
afterAll(() => lab?.close());

/** With a /var/lib that is empty, and gone afterwards. */
const ALONE = 'mount -t tmpfs tmpfs /var/lib && cd "$0" && exec sh -ec "$1"';

test('setup, control plane, a mesh by the AWS command line, status: each line of the README works', {
  timeout: 900_000,
}, async () => {
  const [setup = '', controlPlane = '', createMesh = '', status = '', ...more] = blockOf(
    'README.md',
    'npm run setup',
  );
  expect(more).toEqual([]);
  const host = await lab.host('newcomer');
  const env = {
    PATH: `${dirname(process.execPath)}:${dirname(awsCommand())}:${process.env['PATH']}`,
    HOME: host.folder,
    AWS_ACCESS_KEY_ID: 'AKIDEXAMPLE',
    AWS_SECRET_ACCESS_KEY: 'not-a-secret',
  };
  const options = { env, limitMs: 600_000 };
  const sh = (line: string) => host.exec('sh', ['-ec', `cd "$0" && ${line}`, ROOT], options);
  await sh(setup);
  const program = host.spawn('controlplane', 'unshare', ['--mount', 'sh', '-ec', ALONE, ROOT, controlPlane], {
    env,
  });
  await program.line(/"ready":true,"api":"http:\/\/127\.0\.0\.1:8080","ads":"127\.0\.0\.1:18000"/, 240_000);
  expect(JSON.parse((await sh(createMesh)).stdout)).toMatchObject({ mesh: { meshName: 'apps' } });
  expect((await sh(status)).stdout).toMatch(/\S/);
  // Nothing listens beyond loopback.
  await expect(request(`http://${host.address}:8080/readyz`)).rejects.toThrow('ECONNREFUSED');
});
