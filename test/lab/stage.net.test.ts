import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openEnvoyAdmin } from './clients/envoy-admin.ts';
import { createLab, type Lab } from './lab.ts';
import { isOpenToAll } from './net/reach.ts';
import { stage } from './stage.ts';
import { until } from './until.ts';

async function open(): Promise<Lab> {
  const lab = await createLab();
  onTestFinished(() => lab.close());
  return lab;
}

const BOOTSTRAP = JSON.stringify({
  admin: { address: { socket_address: { address: '127.0.0.1', port_value: 9901 } } },
});

test('uid 1337 can run Node, Envoy and the bundle, and the admin interface of its Envoy answers', async () => {
  const lab = await open();
  const { node, envoy, daybreak } = await stage(lab);
  const host = await lab.host('one');
  expect((await host.exec(node, ['--version'], { uid: 1337 })).stdout).toBe(`${process.version}\n`);
  expect((await host.exec(node, [daybreak, '--help'], { uid: 1337, check: false })).stderr).not.toMatch(
    /EACCES|MODULE/,
  );

  const admin = await openEnvoyAdmin(host);
  expect(await admin.ready()).toBe(false);
  host.spawn('envoy', envoy, ['--config-yaml', BOOTSTRAP, '--disable-hot-restart'], { uid: 1337 });
  await until('Envoy is LIVE', () => admin.ready());
  await until('it says so', async () => (await admin.stat('server.live')) === 1);
  expect(await admin.stat('server.no_such_counter')).toBe(0);
  expect((await admin.stats('^server\\.')).size).toBeGreaterThan(5);
  expect(JSON.stringify(await admin.configDump())).toContain('envoy.admin.v3.BootstrapConfigDump');
  expect((await admin.ask('/no/such/page')).status).toBe(404);
});

test('a program that only root can reach is copied to a folder that all users can reach', async () => {
  const closed = mkdtempSync(join(tmpdir(), 'daybreak-closed-'));
  onTestFinished(() => rmSync(closed, { recursive: true }));
  chmodSync(closed, 0o700);
  const hidden = join(closed, 'envoy');
  writeFileSync(hidden, '#!/bin/sh\necho staged\n', { mode: 0o700 });
  const lab = await open();
  const { envoy, node } = await stage(lab, hidden);
  expect(dirname(envoy)).toBe(join(lab.folder, 'programs'));
  const host = await lab.host('one');
  expect((await host.exec(envoy, [], { uid: 1337 })).stdout).toBe('staged\n');
  expect(isOpenToAll(node)).toBe(true);
});

test('a missing Envoy is reported at once', async () => {
  const lab = await open();
  await expect(stage(lab, '')).rejects.toThrow('DAYBREAK_ENVOY names no Envoy');
  await expect(stage(lab, '/nowhere/envoy')).rejects.toThrow(
    'DAYBREAK_ENVOY="/nowhere/envoy": no program there',
  );
});
