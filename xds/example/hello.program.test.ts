import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../../test/lab/net/free-port.ts';

// A real Envoy on loopback, with the example as its control plane.

const ENVOY = process.env['DAYBREAK_ENVOY'] ?? '';
const stops: (() => unknown)[] = [];
let folder: string;
let adsPort: number;
let greeterPort: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xds-example-'));
  [adsPort, greeterPort] = [await freePort(), await freePort()];
});
afterAll(async () => {
  for (const stop of stops.toReversed()) await stop();
  await rm(folder, { recursive: true });
});

describe.each(['DELTA_GRPC', 'GRPC'])('%s: the example, through a real Envoy,', (apiType) => {
  test('serves the greeting, and each new one', async () => {
    const { example } = await startExample();
    const { envoy } = await startEnvoy(apiType);
    await expect.poll(greeting).toBe('hello\n');
    example.stdin.write('good day\n');
    await expect.poll(greeting).toBe('good day\n');
    envoy.kill('SIGKILL');
    await envoy;
    example.stdin.end();
    expect((await example).exitCode).toBe(0);
  });

  test('expires after the server has gone, and not before (P25)', async () => {
    let stayed = false;
    for (let attempt = 0; attempt < MOST_ATTEMPTS && !stayed; attempt += 1) {
      const { example } = await startExample(`${TTL_MS}`);
      const { envoy } = await startEnvoy(apiType);
      await expect.poll(greeting).toBe('hello\n');
      stayed = await stays('hello\n', 1.25 * TTL_MS);
      example.kill('SIGKILL');
      await example;
      await expect.poll(greeting).toBe('no listener');
      envoy.kill('SIGKILL');
      await envoy;
    }
    expect(stayed).toBe(true);
  });
});

// A heartbeat that a busy machine sends late by two thirds of this is still in time. After one that is later, the greeting is gone.
const TTL_MS = 9000;
const MOST_ATTEMPTS = 4;
// Envoy supports a time to live, but does not advertise that by itself.
const TTL_FEATURES = ['xds.config.supports-resource-ttl', 'xds.config.supports-resource-in-sotw'];

async function startExample(...more: string[]) {
  const program = join(import.meta.dirname, 'hello.ts');
  const args = [program, `${adsPort}`, `${greeterPort}`, ...more];
  const example = execa(process.execPath, args, { buffer: false, reject: false });
  stops.push(() => example.kill());
  await once(example.stdout, 'data');
  return { example };
}

async function startEnvoy(apiType: string) {
  const config = join(folder, `${apiType}.json`);
  await writeFile(config, JSON.stringify(bootstrap(apiType)));
  const args = ['-c', config, '--concurrency', '1', '--disable-hot-restart', '--log-level', 'error'];
  const envoy = execa(ENVOY, args, { reject: false, cwd: folder });
  stops.push(() => envoy.kill('SIGKILL'));
  return { envoy };
}

async function stays(expected: string, ms: number): Promise<boolean> {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(100))
    if ((await greeting()) !== expected) return false;
  return true;
}

async function greeting(): Promise<string> {
  try {
    return await text(connect(greeterPort, '127.0.0.1'));
  } catch {
    return 'no listener';
  }
}

function bootstrap(apiType: string) {
  const source = { ads: {}, resource_api_version: 'V3' };
  const options = 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions';
  const http2 = {
    [options]: {
      '@type': `type.googleapis.com/${options}`,
      explicit_http_config: { http2_protocol_options: {} },
    },
  };
  const address = { socket_address: { address: '127.0.0.1', port_value: adsPort } };
  return {
    node: { id: 'any', cluster: 'hello', client_features: TTL_FEATURES },
    dynamic_resources: {
      ads_config: {
        api_type: apiType,
        transport_api_version: 'V3',
        grpc_services: [{ envoy_grpc: { cluster_name: 'ads' } }],
      },
      cds_config: source,
      lds_config: source,
    },
    static_resources: {
      clusters: [
        {
          name: 'ads',
          type: 'STATIC',
          typed_extension_protocol_options: http2,
          load_assignment: {
            cluster_name: 'ads',
            endpoints: [{ lb_endpoints: [{ endpoint: { address } }] }],
          },
        },
      ],
    },
  };
}
