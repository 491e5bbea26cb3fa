import { join } from 'node:path';
import { execa } from 'execa';
import { expect, test } from 'vitest';

const MAIN = join(import.meta.dirname, 'main.ts');

/** Runs the command with only `env` as its environment. */
async function daybreak(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [MAIN, ...args], {
    env,
    extendEnv: false,
    reject: false,
    stdin: 'ignore',
    timeout: 120_000,
  });
  return { exitCode, stdout, stderr };
}

/** The exit code of a program that cannot be executed (POSIX, Shell Command Language, 2.8.2); that of all other bad input is 1. */
const EXIT_CODES: Readonly<Record<string, number>> = { 'agent: a missing Envoy': 126 };

const node = 'mesh/apps/virtualNode/serviceB';
const xds = 'http://127.0.0.1:18000';

test.each<[string, readonly string[], Readonly<Record<string, string>>, readonly string[]]>([
  ['no data folder', ['controlplane'], {}, ['--data is not set']],
  [
    'a port out of range, and an invalid account',
    ['controlplane', '--data', 'd', '--api', '127.0.0.1:70000', '--account', '12'],
    {},
    ['--api="127.0.0.1:70000"', 'up to 65535', '--account="12"', 'twelve digits'],
  ],
  [
    'a flag by its variable',
    ['controlplane'],
    { DAYBREAK_DATA: 'd', DAYBREAK_ADS: 'nowhere' },
    ['--ads="nowhere"', 'HOST:PORT'],
  ],
  ['beyond loopback', ['controlplane', '--data', 'd', '--api', '0.0.0.0:8080'], {}, ['--insecure']],
  [
    'beyond loopback, with the variable of --insecure off',
    ['controlplane', '--data', 'd', '--api', '0.0.0.0:8080'],
    { DAYBREAK_INSECURE: '0' },
    ['--api="0.0.0.0:8080"'],
  ],
  [
    'proxyinit: a port out of range, and an invalid address',
    ['proxyinit'],
    { APPMESH_APP_PORTS: '99999', APPMESH_EGRESS_IGNORED_IP: '1.2.3' },
    ['APPMESH_APP_PORTS="99999"', 'from 1 to 65535', 'APPMESH_EGRESS_IGNORED_IP="1.2.3"'],
  ],
  [
    'agent: no resource',
    ['agent'],
    { APPMESH_XDS_ENDPOINT: xds },
    ['APPMESH_RESOURCE_ARN is not set', 'mesh/apps/virtualNode/serviceB'],
  ],
  [
    'agent: an invalid endpoint, name and number',
    ['agent'],
    { APPMESH_RESOURCE_ARN: 'serviceB', APPMESH_XDS_ENDPOINT: 'ftp://there', ENVOY_CONCURRENCY: 'many' },
    [
      'APPMESH_RESOURCE_ARN=\\"serviceB\\"',
      'APPMESH_XDS_ENDPOINT=\\"ftp://there\\"',
      'ENVOY_CONCURRENCY=\\"many\\"',
    ],
  ],
  [
    'agent: a missing Envoy',
    ['agent'],
    { APPMESH_RESOURCE_ARN: node, APPMESH_XDS_ENDPOINT: xds, DAYBREAK_ENVOY: '/nowhere/envoy' },
    ['/nowhere/envoy'],
  ],
  [
    'agent: a missing folder',
    ['agent'],
    {
      APPMESH_RESOURCE_ARN: node,
      APPMESH_XDS_ENDPOINT: xds,
      DAYBREAK_ENVOY: '/bin/true',
      DAYBREAK_RUN_DIR: '/nowhere',
      DAYBREAK_UID: String(process.getuid?.()),
    },
    ['cannot create the agent folder', '/nowhere', 'set DAYBREAK_RUN_DIR'],
  ],
  [
    'agent: a missing certificate',
    ['agent'],
    {
      APPMESH_RESOURCE_ARN: node,
      APPMESH_XDS_ENDPOINT: 'a:1',
      DAYBREAK_XDS_CA_FILE: '/nowhere/ca',
      DAYBREAK_ENVOY: '/bin/true',
    },
    ['DAYBREAK_XDS_CA_FILE=/nowhere/ca'],
  ],
  [
    'controlplane: a data folder that is not a folder',
    ['controlplane', '--data', '/dev/null'],
    {},
    ['/dev/null'],
  ],
  [
    'controlplane: a missing credentials file',
    ['controlplane', '--data', 'd', '--credentials', '/nowhere/c'],
    {},
    ['/nowhere/c'],
  ],
  [
    'proxyinit: a missing configuration',
    ['proxyinit', '--proxy-configuration', '/nowhere/p'],
    {},
    ['/nowhere/p'],
  ],
  ['restore: a missing file', ['restore', '/nowhere/b', '--data', '/nowhere/d'], {}, ['/nowhere']],
  [
    'status: no control plane at the endpoint',
    ['status', '--endpoint', 'http://127.0.0.1:1'],
    {},
    ['http://127.0.0.1:1 cannot be reached'],
  ],
])('%s: the message names the place, the value and what is allowed', async (what, args, env, messages) => {
  const { exitCode, stdout, stderr } = await daybreak(args, env);
  expect({ exitCode, stdout }).toEqual({ exitCode: EXIT_CODES[what] ?? 1, stdout: '' });
  for (const message of messages) expect(stderr).toContain(message);
  // There is no stack trace, not even within a JSON log line.
  expect(stderr).not.toMatch(/ {4}at /);
});
