import { join } from 'node:path';
import type { ClientPolicyTls } from '@aws-sdk/client-app-mesh';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { askFrom } from '../lab/clients/ask.ts';
import { until } from '../lab/until.ts';
import { writePair } from './testing/authority.ts';
import { openTlsFixture, PROTOCOL_PROGRAMS, type TlsFixture } from './testing/lab.ts';
import { knock } from './testing/knock.ts';
import {
  createGateway,
  GATEWAY_PORT,
  PORTS,
  PROTOCOLS,
  SERVER,
  setPolicy,
  type Port,
} from './testing/model.ts';
import { startSteady } from './testing/steady.ts';

// The client's calls to its backend, under different client policies.

const EGRESS = `cluster.cds_egress_m_${SERVER}_http_${PORTS.strict}`;

describe.each(ENVOYS)('%s', (variable) => {
  let mesh: TlsFixture;
  beforeAll(async () => {
    mesh = await openTlsFixture('tls-clients', variable);
  });
  afterAll(() => mesh?.close());

  /** Returns the status that the client's application gets on a port of its backend. */
  async function fromClient(port: Port): Promise<number | string> {
    const outcome = await askFrom(mesh.client, `http://${SERVER}:${PORTS[port]}/`);
    return 'status' in outcome ? outcome.status : outcome.error;
  }

  const trust = () => ({ trust: { file: { certificateChain: `${mesh.folder}/servers.pem` } } });
  const certificate = () => ({
    file: {
      certificateChain: `${mesh.folder}/caller-chain.pem`,
      privateKey: `${mesh.folder}/caller-key.pem`,
    },
  });
  const names = (...exact: string[]) => ({ subjectAlternativeNames: { match: { exact } } });

  async function withPolicy(tls: ClientPolicyTls | undefined): Promise<void> {
    await setPolicy(mesh.api, tls);
    await mesh.inSync();
  }

  /** Repeats a call until it has the wanted status: a changed cluster is warmed first. */
  const answers = (port: Port, wanted: number) =>
    until(`${wanted} on ${port}`, async () => (await fromClient(port)) === wanted, { limitMs: 120_000 });

  test('no policy: the listener decides', async () => {
    await answers('plain', 200);
    await answers('disabled', 200);
    await answers('permissive', 200);
    await answers('strict', 200);
    expect(await fromClient('mutual')).toBe(503);
    expect(await mesh.clientEnvoy.stat(`${EGRESS}.ssl.handshake`)).toBeGreaterThan(0);
    expect(
      await mesh.clientEnvoy.stat(`cluster.cds_egress_m_${SERVER}_http_${PORTS.plain}.ssl.handshake`),
    ).toBe(0);
  });

  test.each([
    ['tcp', 'hello from tcp\necho thanks'],
    ['http2', 'hello from http2'],
    ['grpc', 'hello from grpc'],
  ] as const)('%s works over TLS', async (protocol, answer) => {
    const args = [join(PROTOCOL_PROGRAMS, 'client.ts'), protocol, SERVER];
    expect((await mesh.client.exec(process.execPath, args)).stdout).toBe(answer);
    const cluster = `cluster.cds_egress_m_${SERVER}_${protocol}_${PROTOCOLS[protocol]}`;
    expect(await mesh.clientEnvoy.stat(`${cluster}.ssl.handshake`)).toBeGreaterThan(0);
  });

  test('trust: the certificate has to be for the host name of service discovery, or one of the names', async () => {
    await withPolicy({ validation: trust() });
    await answers('strict', 200);
    const before = await mesh.clientEnvoy.stat(`${EGRESS}.ssl.fail_verify_san`);
    await withPolicy({ validation: { ...trust(), ...names('elsewhere') } });
    await answers('strict', 503);
    expect(await mesh.clientEnvoy.stat(`${EGRESS}.ssl.fail_verify_san`)).toBeGreaterThan(before);
  });

  test('a wildcard certificate matches a name of its domain; for another host it is rejected', async () => {
    await writePair(join(mesh.folder, 'server'), await mesh.servers.issue({ dns: ['*.apps.local'] }));
    await until('in force', async () => (await mesh.shownBy('strict')) === 'DNS:*.apps.local');
    // A changed cluster opens new connections.
    await withPolicy({ validation: { ...trust(), ...names('server.apps.local') } });
    await answers('strict', 200);
    await withPolicy({ validation: trust() });
    await answers('strict', 503);
    await writePair(join(mesh.folder, 'server'), await mesh.servers.issue({ dns: [SERVER] }));
    await until('back', async () => (await mesh.shownBy('strict')) === `DNS:${SERVER}`);
  });

  test('an enforced policy does not call a listener without TLS; one that is not enforced does', async () => {
    await withPolicy({ validation: trust() });
    await answers('plain', 503);
    await withPolicy({ validation: trust(), enforce: false });
    await answers('plain', 200);
    await answers('strict', 200);
  });

  test('ports: on other ports the listener decides', async () => {
    await withPolicy({ validation: { ...trust(), ...names('elsewhere') }, ports: [PORTS.permissive] });
    await answers('permissive', 503);
    await answers('strict', 200);
    await answers('plain', 200);
  });

  test('a client certificate gives access to listeners that require one', async () => {
    await withPolicy({ validation: trust(), certificate: certificate() });
    await answers('mutual', 200);
    await answers('named', 200);
  });

  test('secret discovery that the proxy does not have: no request is sent, and the rest works', async () => {
    const validation = { trust: { sds: { secretName: 'ROOTCA' } }, ...names(SERVER) };
    await withPolicy({ validation, ports: [PORTS.strict] });
    await answers('strict', 503);
    await answers('permissive', 200);
  });

  test('an expired certificate does not replace a valid one: no request fails', async () => {
    await withPolicy({ validation: trust() });
    await answers('strict', 200);
    const steady = startSteady(mesh.server.address, PORTS.strict);
    await writePair(
      join(mesh.folder, 'server'),
      await mesh.servers.issue({ dns: [SERVER, 'expired'], endsIn: -60_000 }),
    );
    await until('said in the status', async () =>
      (await mesh.status()).daybreak.certificates.some(
        ({ problem }) => problem?.includes('server-chain.pem: its certificate expired at') === true,
      ),
    );
    expect(await mesh.shownBy('strict')).toBe(`DNS:${SERVER}`);
    // A changed cluster opens new connections.
    await withPolicy({ validation: { ...trust(), ...names(SERVER) } });
    await answers('strict', 200);
    expect(await steady.stop()).toMatchObject({ failed: 0 });
    await writePair(join(mesh.folder, 'server'), await mesh.servers.issue({ dns: [SERVER] }));
  });

  test('an expired certificate is served if there was none before, and callers that verify it reject it until it is renewed', async () => {
    await withPolicy({ validation: trust() });
    await writePair(
      join(mesh.folder, 'missing'),
      await mesh.servers.issue({ dns: [SERVER], endsIn: -60_000 }),
    );
    await until('in force', async () => (await mesh.shownBy('missing')) === `DNS:${SERVER}`);
    await answers('missing', 503);
    const cluster = `cluster.cds_egress_m_${SERVER}_http_${PORTS.missing}`;
    expect(await mesh.clientEnvoy.stat(`${cluster}.ssl.fail_verify_error`)).toBeGreaterThan(0);
    await writePair(join(mesh.folder, 'missing'), await mesh.servers.issue({ dns: [SERVER] }));
    await answers('missing', 200);
  });

  test('a gateway terminates TLS, and uses its own policy for its calls', async () => {
    await createGateway(mesh.api, mesh.folder);
    const gateway = await mesh.startGateway('gw');
    const outcome = await until('an answer', async () => {
      const knocked = await knock(gateway.address, GATEWAY_PORT, {});
      return 'status' in knocked && knocked.status === 200 && knocked;
    });
    expect(outcome.body).toBe(`${PORTS.mutual}`);
    expect(outcome.certificate?.subjectAltName).toContain(`DNS:${SERVER}`);
    expect(await knock(gateway.address, GATEWAY_PORT)).toHaveProperty('error');
  });
});
