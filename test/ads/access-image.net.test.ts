import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  DOCUMENT,
  OWNER,
  REGION,
  secretOf,
  signed,
} from '../../controlplane/auth/testing/signed-requests.ts';
import { SOTW_METHOD } from '../../xds/service.ts';
import { ADS, FRONT, startGuardedControlPlane, type GuardedControlPlane } from './testing/access.ts';
import type { Host } from '../lab/host.ts';
import { createLab, type Lab } from '../lab/lab.ts';
import { stage, type Stage } from '../lab/stage.ts';
import { until } from '../lab/until.ts';

// App Mesh's own last images, without an agent of ours: SotW through google_grpc, TLS, the channel arguments of their bootstrap, and the metadata
// that their SigV4 plugin adds. Envoy no longer has that plugin: the test signs the metadata in the same way and passes it to Envoy as text.

const ARN = `arn:aws:appmesh:${REGION}:${OWNER}:${FRONT}`;
const CHANNEL_ARGS = {
  'grpc.http2.max_pings_without_data': 0,
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.initial_reconnect_backoff_ms': 10_000,
  'grpc.max_connection_age_ms': 2_400_000,
  'grpc.max_connection_age_grace_ms': 5000,
};

let lab: Lab;
let programs: Stage;
let controlPlane: GuardedControlPlane;

beforeAll(async () => {
  lab = await createLab({ name: 'image' });
  programs = await stage(lab);
  const env = {
    AWS_ACCESS_KEY_ID: 'AKADMIN',
    AWS_SECRET_ACCESS_KEY: secretOf('AKADMIN'),
    AWS_REGION: REGION,
  };
  const files = { credentials: JSON.stringify(DOCUMENT) };
  const flags = (file: (name: string) => string) => [
    '--credentials',
    file('credentials'),
    '--region',
    REGION,
  ];
  controlPlane = await startGuardedControlPlane(lab, programs, files, flags, env);
});
afterAll(() => lab?.close());

/** Signs the metadata that the plugin adds to a stream: POST to the method, an empty body, the endpoint as host. */
async function metadata(accessKeyId: string): Promise<readonly { key: string; value: string }[]> {
  const call = { method: 'POST', path: SOTW_METHOD.path, headers: { host: ADS } };
  const { headers } = await signed(call, { accessKeyId, at: Date.now() });
  return Object.entries(headers).flatMap(([key, value]) =>
    key === 'host' || typeof value !== 'string' ? [] : [{ key, value }],
  );
}

async function startImage(name: string, accessKeyId: string): Promise<Host> {
  const host = await lab.host(name);
  const path = join(host.folder, 'envoy.json');
  const source = { ads: {}, resource_api_version: 'V3', initial_fetch_timeout: '0s' };
  const args = Object.entries(CHANNEL_ARGS).map(
    ([key, value]) => [key, { int_value: String(value) }] as const,
  );
  const ssl = { root_certs: { filename: controlPlane.file('ca.pem') } };
  const google = {
    target_uri: ADS,
    stat_prefix: 'ads',
    channel_credentials: { ssl_credentials: ssl },
    channel_args: { args: Object.fromEntries(args) },
  };
  const service = { google_grpc: google, initial_metadata: await metadata(accessKeyId) };
  const bootstrap = {
    node: { id: ARN, cluster: ARN },
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 9901 } } },
    dynamic_resources: {
      ads_config: { api_type: 'GRPC', transport_api_version: 'V3', grpc_services: [service] },
      cds_config: source,
      lds_config: source,
    },
  };
  await writeFile(path, JSON.stringify(bootstrap), { mode: 0o644 });
  host.spawn('envoy', programs.envoy, ['-c', path, '--disable-hot-restart', '--concurrency', '1'], {
    uid: 1337,
  });
  return host;
}

test('an image that signs is served, and its pings without data do not end the stream', async () => {
  const host = await startImage('signs', 'AKADMIN');
  const { connectedAt, ...proxy } = await controlPlane.inSync(host);
  expect(proxy).toMatchObject({ resource: FRONT, variant: 'sotw', instance: '', agent: '' });
  // Two and a half ping intervals.
  await sleep(25_000);
  expect((await controlPlane.inSync(host)).connectedAt).toBe(connectedAt);
});

test('an image without a policy that allows it is rejected, and the control plane logs the reason', async () => {
  await startImage('may-not', 'AKREADER');
  const words = `user/reader is not authorized to perform: appmesh:StreamAggregatedResources on resource: ${ARN}`;
  await until('the refusal', async () =>
    (await readFile(controlPlane.file('controlplane.log'), 'utf8')).includes(words),
  );
});
