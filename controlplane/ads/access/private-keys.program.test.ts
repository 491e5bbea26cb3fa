import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateMeshCommand,
  CreateVirtualNodeCommand,
  CreateVirtualServiceCommand,
} from '@aws-sdk/client-app-mesh';
import { create, toBinary } from '@bufbuild/protobuf';
import { Client, credentials, Metadata } from '@grpc/grpc-js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  DeltaDiscoveryRequestSchema,
  DiscoveryRequestSchema,
} from '#envoy/envoy/service/discovery/v3/discovery_pb.ts';
import { appMeshClient } from '../../../demo/color-model.ts';
import {
  startLocalControlPlane,
  type LocalControlPlane,
} from '../../../test/lab/programs/local-control-plane.ts';
import { SERVICES } from '../../../xds/service.ts';
import { SECRET } from '../../../xds/types.ts';
import { makeAuthority } from '../../tls/testing/certificates.ts';
import { tokenLine } from '../testing/access.ts';

// Callers to which a control plane serves the private key of a certificate in its folder. The virtual node has a listener with
// that certificate, and calls another node with the same one, so that it also asks for the authority, which has no key.

const ARN = 'arn:aws:acm:us-east-1:111122223333:certificate/own';
const [CERTIFICATE, TRUST] = [`certificate:${ARN}`, `issuer:${ARN}`];
const DAY = 24 * 60 * 60 * 1000;
const NODE = 'mesh/m/virtualNode/app';

let folder: string;
let controlPlane: LocalControlPlane | undefined;
let cleanups: (() => void)[];
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'daybreak-keys-'));
  cleanups = [];
  const authority = await makeAuthority();
  const names = [{ type: 'dns' as const, value: 'app.local' }];
  const { cert, key } = await authority.issue({ alternative: names, lifetimeMs: 30 * DAY });
  const own = join(folder, 'certificates', ARN);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  writeFileSync(join(own, 'certificate.pem'), `${cert}${authority.pem}`);
  writeFileSync(join(own, 'key.pem'), key, { mode: 0o600 });
  writeFileSync(join(folder, 'tokens'), tokenLine('good', [NODE]));
});
afterEach(async () => {
  for (const cleanup of cleanups) cleanup();
  await controlPlane?.kill();
  rmSync(folder, { recursive: true });
});

async function start(...flags: readonly string[]): Promise<LocalControlPlane> {
  const where = ['--data', join(folder, 'model'), '--certificates', join(folder, 'certificates')];
  const started = await startLocalControlPlane([...where, ...flags]);
  controlPlane = started;
  const api = appMeshClient(started.api);
  const tls = { mode: 'STRICT' as const, certificate: { acm: { certificateArn: ARN } } };
  const listeners = [{ portMapping: { port: 8080, protocol: 'http' as const }, tls }];
  const serviceDiscovery = { dns: { hostname: 'app.local' } };
  const backends = [{ virtualService: { virtualServiceName: 'other' } }];
  const at = { meshName: 'm' };
  await api.send(new CreateMeshCommand(at));
  for (const virtualNodeName of ['app', 'other']) {
    const spec = { listeners, serviceDiscovery, ...(virtualNodeName === 'app' && { backends }) };
    await api.send(new CreateVirtualNodeCommand({ ...at, virtualNodeName, spec }));
  }
  const provider = { virtualNode: { virtualNodeName: 'other' } };
  await api.send(new CreateVirtualServiceCommand({ ...at, virtualServiceName: 'other', spec: { provider } }));
  return started;
}

/** Opens a stream and subscribes to both secrets. The returned function gives all data received so far, as text. */
function subscribe(
  service: 'aggregated' | 'secrets',
  variant: 'sotw' | 'delta',
  metadata: Readonly<Record<string, string>> = {},
): () => string {
  const client = new Client(controlPlane?.ads ?? '', credentials.createInsecure());
  cleanups.push(() => client.close());
  const { path, requestSerialize, responseDeserialize } = SERVICES[service][variant];
  const shown = new Metadata();
  for (const [name, value] of Object.entries(metadata)) shown.set(name, value);
  const call = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, shown);
  const came: Buffer[] = [];
  call.on('error', () => undefined);
  call.on('data', (bytes: Buffer) => void came.push(bytes));
  const [node, typeUrl, names] = [{ id: NODE, cluster: NODE }, SECRET, [CERTIFICATE, TRUST]];
  const request =
    variant === 'sotw'
      ? toBinary(
          DiscoveryRequestSchema,
          create(DiscoveryRequestSchema, { node, typeUrl, resourceNames: names }),
        )
      : toBinary(
          DeltaDiscoveryRequestSchema,
          create(DeltaDiscoveryRequestSchema, { node, typeUrl, resourceNamesSubscribe: names }),
        );
  call.write(Buffer.from(request));
  return () => Buffer.concat(came).toString('latin1');
}

const WAYS = [
  ['aggregated', 'sotw'],
  ['aggregated', 'delta'],
  ['secrets', 'sotw'],
  ['secrets', 'delta'],
] as const;

describe('on loopback, with authentication off', () => {
  test.each([
    [],
    ['--insecure'],
  ])('no key is served; before, any local user could read the keys of all certificates (%s)', async (...flags) => {
    const started = await start(...flags);
    const streams = WAYS.map(([service, variant]) => subscribe(service, variant));
    for (const came of streams) await expect.poll(came).toContain(TRUST);
    for (const came of streams) expect(came()).not.toContain('PRIVATE KEY');
    const { proxies } = await started.status();
    expect(proxies.map(({ problems }) => problems)).toEqual(
      streams.map(() => [
        {
          where: 'virtualNode/app/listener/8080/tls',
          what: expect.stringMatching(
            /^the key of .*certificate\/own is served only to authenticated proxies.*--tokens/,
          ),
        },
      ]),
    );
  });
});

test.each(WAYS)('a proxy with a valid token is served the key (%s, %s)', async (service, variant) => {
  const started = await start('--tokens', join(folder, 'tokens'));
  const came = subscribe(service, variant, { authorization: 'Bearer good' });
  await expect.poll(came).toContain('PRIVATE KEY');
  expect((await started.status()).proxies.map(({ problems }) => problems)).toEqual([[]]);
});
