import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { currentProblems } from '../../../agent/problems/current-problems.ts';
import { startRelay } from '../../../agent/relay/relay.ts';
import { NO_RELOAD } from '../../../agent/reload/reload.ts';
import { readAgentSettings } from '../../../agent/settings/settings.ts';
import { starting } from '../../../agent/supervisor/state.ts';
import { plaintextProbe } from '../../../agent/upstreams/probe-tls.ts';
import { upstreams } from '../../../agent/upstreams/upstreams.ts';
import { createLog } from '../../../common/log.ts';
import { selfSigned } from '../../../controlplane/tls/testing/certificates.ts';
import { createDeltaClient } from '../../../xds/client/client.ts';
import { CLUSTER } from '../../../xds/types.ts';

// docs/when-it-breaks.md: each cause between an agent and real control planes, and the code that the agent shows for it.

const MAIN = join(import.meta.dirname, '../../../cli/main.ts');
const NODE = 'mesh/m/virtualNode/n';
const TOKENS = {
  valid: 'valid-token',
  expired: 'expired-token',
  other: 'token-of-another',
  wrong: 'unknown',
};

let folder: string;
let secured: string;
let plain: string;
let full: string;
const stops: (() => Promise<unknown>)[] = [];

const file = (name: string): string => join(folder, name);

/** Starts a control plane. Returns the port of ADS. */
async function startControlPlane(data: string, flags: readonly string[]): Promise<string> {
  const where = ['--data', file(data), '--api', '127.0.0.1:0', '--ads', '127.0.0.1:0'];
  const program = execa(process.execPath, [MAIN, 'controlplane', ...where, ...flags], {
    reject: false,
    stdin: 'ignore',
    stderr: 'ignore',
  });
  stops.push(async () => {
    program.kill();
    return await program;
  });
  const [ready] = (await once(program.stdout, 'data', { signal: AbortSignal.timeout(120_000) })) as [Buffer];
  return (JSON.parse(ready.toString()) as { ads: string }).ads.replace(/.*:/, '');
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-causes-'));
  const { cert, key } = await selfSigned();
  await writeFile(file('cert.pem'), cert);
  await writeFile(file('key.pem'), key);
  await writeFile(file('other-ca.pem'), (await selfSigned()).cert);
  const line = (token: string, node: string, expires?: string) =>
    JSON.stringify({ sha256: createHash('sha256').update(token).digest('hex'), nodes: [node], expires });
  const lines = [
    line(TOKENS.valid, 'mesh/m/virtualNode/*'),
    line(TOKENS.expired, 'mesh/m/virtualNode/*', '2020-01-01T00:00:00Z'),
    line(TOKENS.other, 'mesh/other/virtualNode/*'),
  ];
  await writeFile(file('tokens'), `${lines.join('\n')}\n`);
  for (const [name, token] of Object.entries(TOKENS)) await writeFile(file(`token-${name}`), token);
  const tls = ['--tls-cert', file('cert.pem'), '--tls-key', file('key.pem')];
  [secured, plain, full] = await Promise.all([
    startControlPlane('secured', [...tls, '--tokens', file('tokens')]),
    startControlPlane('plain', []),
    startControlPlane('full', ['--max-proxies', '1']),
  ]);
}, 240_000);
afterAll(async () => {
  for (const stop of stops) await stop();
  await rm(folder, { recursive: true });
});

/** Runs a relay with the agent's variables and a client in place of Envoy. Returns the current codes. */
async function codesWith(env: Readonly<Record<string, string>>): Promise<() => readonly string[]> {
  const { xds } = readAgentSettings({ APPMESH_RESOURCE_ARN: NODE, ...env });
  const run = await mkdtemp(join(tmpdir(), 'relay-'));
  const socketPath = join(run, 'ads.sock');
  const relay = await startRelay({
    socketPath,
    upstreams: upstreams(xds),
    node: { id: NODE, cluster: NODE, metadata: {} },
    log: createLog('test', 'silent'),
    isTls: plaintextProbe(xds.endpoints),
  });
  const envoy = createDeltaClient({
    upstreams: [{ address: { path: socketPath } }],
    node: () => ({ id: NODE, cluster: NODE, userAgentName: 'envoy' }),
    versions: () => new Map(),
    onUpdate: () => undefined,
    onState: () => undefined,
  });
  onTestFinished(async () => {
    envoy.close();
    await relay.close();
    await rm(run, { recursive: true });
  });
  envoy.subscribe(CLUSTER, new Set(['*']));
  const none = {
    reload: NO_RELOAD,
    secrets: [],
    names: [],
    leftOut: [],
    identity: undefined,
    application: [],
    host: [],
  };
  return () =>
    currentProblems({ ...none, supervisor: starting(1), relay: relay.status() }).map(({ code }) => code);
}

type Variables = () => Readonly<Record<string, string>>;
const endpoint = (to: string): string => `localhost:${to}`;
const withToken = (name: string): Readonly<Record<string, string>> => ({
  APPMESH_XDS_ENDPOINT: endpoint(secured),
  DAYBREAK_XDS_CA_FILE: file('cert.pem'),
  DAYBREAK_XDS_TOKEN_FILE: file(`token-${name}`),
});

test.each<[string, string, Variables]>([
  ['a wrong endpoint', 'XDS_UNREACHABLE', () => ({ APPMESH_XDS_ENDPOINT: 'http://127.0.0.1:1' })],
  [
    'a name that does not resolve',
    'XDS_NAME_UNRESOLVED',
    () => ({ APPMESH_XDS_ENDPOINT: 'http://a.invalid:1' }),
  ],
  ['TLS to a plaintext server', 'XDS_SERVER_IS_PLAINTEXT', () => ({ APPMESH_XDS_ENDPOINT: endpoint(plain) })],
  [
    'plaintext to a TLS server',
    'XDS_SERVER_IS_TLS',
    () => ({ APPMESH_XDS_ENDPOINT: `http://${endpoint(secured)}` }),
  ],
  [
    'a wrong authority',
    'XDS_SERVER_CERTIFICATE',
    () => ({ APPMESH_XDS_ENDPOINT: endpoint(secured), DAYBREAK_XDS_CA_FILE: file('other-ca.pem') }),
  ],
  [
    'no token',
    'XDS_UNAUTHENTICATED',
    () => ({ APPMESH_XDS_ENDPOINT: endpoint(secured), DAYBREAK_XDS_CA_FILE: file('cert.pem') }),
  ],
  ['a wrong token', 'XDS_UNAUTHENTICATED', () => withToken('wrong')],
  ['an expired token', 'XDS_UNAUTHENTICATED', () => withToken('expired')],
  ["another node's token", 'XDS_DENIED', () => withToken('other')],
  ['an unknown node', 'CONFIG_MISSING', () => withToken('valid')],
])('%s has the code %s', async (_, code, variables) => {
  const codes = await codesWith(variables());
  await expect.poll(codes).toEqual([code]);
});

test('one proxy more than the control plane takes has the code XDS_QUOTA', async () => {
  const variables = { APPMESH_XDS_ENDPOINT: `http://${endpoint(full)}` };
  const first = await codesWith(variables);
  await expect.poll(first).toEqual(['CONFIG_MISSING']);
  const second = await codesWith(variables);
  await expect.poll(second).toEqual(['XDS_QUOTA']);
});
