import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createOwnConnection, ownBootstrapArgs, withoutEmptyConfigFile } from './own-bootstrap.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'own-'));
  path = join(folder, 'own.yaml');
});
afterEach(() => rmSync(folder, { recursive: true }));

test('an empty file means a generated bootstrap; one with text, a missing one and a folder do not', () => {
  writeFileSync(path, '');
  expect(withoutEmptyConfigFile({ ENVOY_CONFIG_FILE: path, A: '1' })).toEqual({ A: '1' });
  writeFileSync(path, 'admin: {}');
  for (const given of [path, folder, join(folder, 'none'), '']) {
    const env = { ENVOY_CONFIG_FILE: given };
    expect(withoutEmptyConfigFile(env)).toBe(env);
  }
  expect(withoutEmptyConfigFile({})).toEqual({});
});

test("the file is taken as it is, but for the admin interface, which moves to the agent's socket", () => {
  writeFileSync(path, 'admin: {}');
  expect(ownBootstrapArgs(path, '/run/adm.sock')).toEqual([
    '-c',
    path,
    '--config-yaml',
    '{"admin":{"address":{"pipe":{"path":"/run/adm.sock","mode":384}}}}',
  ]);
});

test("the connection follows Envoy's gauge", async () => {
  let gauge: number | undefined;
  const stats = async () => new Map(gauge === undefined ? [] : [['control_plane.connected_state', gauge]]);
  const connection = createOwnConnection({ stats }, 1);
  const stop = new AbortController();
  const watching = connection.watch(stop.signal);
  const state = () => [connection.status().connected, connection.status().disconnectedSince !== undefined];
  gauge = 1;
  await expect.poll(state).toEqual([true, false]);
  gauge = 0;
  await expect.poll(state).toEqual([false, true]);
  // Without a control plane there is nothing to be disconnected from.
  gauge = undefined;
  await expect.poll(state).toEqual([false, false]);
  stop.abort();
  await watching;
});

test('a file that cannot be looked at stays: reading it is the error that names the variable', () => {
  const env = { ENVOY_CONFIG_FILE: `/${'x'.repeat(300)}` };
  expect(withoutEmptyConfigFile(env)).toBe(env);
});
