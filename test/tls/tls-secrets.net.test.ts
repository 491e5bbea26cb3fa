import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import type { Program } from '../lab/programs/program.ts';
import { until } from '../lab/until.ts';
import { writePair } from './testing/authority.ts';
import {
  FILE_PORT,
  MORE_PORT,
  openSecretsFixture,
  SDS_PORT,
  type SecretsFixture,
} from './testing/secrets-lab.ts';

// An agent's report of its secrets from any source: in its status, its log and its metrics. The tests are one story.

const PATIENCE = { limitMs: 120_000 };

describe.each(ENVOYS)('%s', (variable) => {
  let node: SecretsFixture;
  let sds: Program;
  beforeAll(async () => {
    node = await openSecretsFixture('tls-secrets', variable);
  });
  afterAll(() => node?.close());

  async function secret(name: string) {
    const { certificates } = (await node.status()).daybreak;
    return certificates.find((each) => each.name === name);
  }

  /** Waits until a secret has the wanted state and problem, and returns its status. */
  const stands = (name: string, state: string, problem?: RegExp) =>
    until(
      `${name} ${state} ${problem ?? ''}`,
      async () => {
        const found = await secret(name);
        const isSo = found?.state === state && (problem?.test(found.problem ?? '') ?? !found.problem);
        if (isSo) return found;
        throw new Error(JSON.stringify(found));
      },
      PATIENCE,
    );

  const shows = (port: number, name: string | undefined) =>
    until(`${name} shown by ${port}`, async () => (await node.shownBy(port)) === name, PATIENCE);

  test('a socket in a folder that the agent cannot enter: the proxy is not ready, and the problem names the folder', async () => {
    await node.writeApp({ dns: ['first'] });
    sds = await node.startSds();
    // Only root may enter the folder, from the start: otherwise Envoy would have its secrets already.
    const found = await stands('app', 'waiting', /may not enter the folder/);
    expect(found).toMatchObject({
      source: 'sds',
      kind: 'certificate',
      listeners: [`ingress_http_${SDS_PORT}`],
      problem: `${node.socketFolder}: uid 1337 may not enter the folder that holds the socket`,
    });
    await expect
      .poll(() => node.status())
      .toMatchObject({
        healthStatus: 'UNHEALTHY',
        envoyState: 'LIVE',
        envoyReadinessState: 'NOT_INITIALIZED',
        daybreak: {
          notReady: expect.arrayContaining([
            `ingress_http_${SDS_PORT}: waits for app: ${found.problem ?? ''}`,
          ]) as unknown,
        },
      });
    await expect.poll(() => node.log()).toContain(`a secret: ${found.problem ?? ''}`);
    await expect
      .poll(() => node.metrics())
      .toContain('daybreak_agent_secret_problem{name="app",source="sds"} 1');
    await expect.poll(() => node.metrics()).toContain('daybreak_agent_healthy 0');
    await shows(FILE_PORT, 'DNS:from-files');
  });

  test('when the folder becomes accessible, the secrets are served, with their expiry, and the proxy is ready', async () => {
    chmodSync(node.socketFolder, 0o755);
    const found = await stands('app', 'served');
    expect(Date.parse(found.expires ?? '')).toBeGreaterThan(Date.now());
    expect(await stands('ROOTCA', 'served')).toMatchObject({ source: 'sds', kind: 'trust' });
    await until('healthy', async () => (await node.status()).healthStatus === 'HEALTHY', PATIENCE);
    expect((await node.status()).daybreak.notReady).toEqual([]);
    await shows(SDS_PORT, 'DNS:first');
    const ends = Math.floor(Date.parse(found.expires ?? '') / 1000);
    expect(await node.metrics()).toContain(
      `daybreak_agent_secret_expiry_timestamp_seconds{name="app",source="sds"} ${ends}`,
    );
  });

  test('files are listed with the other secrets, by their name and source', async () => {
    const name = `file:${join(node.folder, 'server-chain.pem')};${join(node.folder, 'server-key.pem')}`;
    expect(await stands(name, 'served')).toMatchObject({
      source: 'files',
      listeners: [`ingress_http_${FILE_PORT}`],
      files: [join(node.folder, 'server-chain.pem'), join(node.folder, 'server-key.pem')],
    });
  });

  test('a secret that Envoy rejects is reported, and the previous one stays in use', async () => {
    const before = await secret('app');
    await sds.stop();
    const [one, other] = [
      await node.authority.issue({ dns: ['one'] }),
      await node.authority.issue({ dns: ['other'] }),
    ];
    await writePair(join(node.folder, 'app'), { ...one, privateKey: other.privateKey });
    sds = await node.startSds();
    expect(await stands('app', 'served', /^Envoy rejected the latest version/)).toMatchObject({
      expires: before?.expires,
    });
    await shows(SDS_PORT, 'DNS:first');
    // Sent again, Envoy sends an ACK for it, although it is still not in use.
    const acknowledged = await node.envoy.stat('sds.app.update_success');
    await sds.stop();
    sds = await node.startSds();
    await until(
      'acknowledged',
      async () => (await node.envoy.stat('sds.app.update_success')) > acknowledged,
      PATIENCE,
    );
    await stands('app', 'served', /^Envoy rejected the latest version;[^;]*$/);
    await shows(SDS_PORT, 'DNS:first');
  });

  test('an unavailable server is retried about every second, and used once it is back', async () => {
    await sds.stop();
    const failures = async () => node.envoy.stat('sds.app.update_failure');
    const before = await failures();
    await stands('app', 'served', /agent\.sock: .*; the secret is not renewed until this is fixed$/);
    // Envoy's own back-off, of up to half a minute, would allow about ten attempts.
    await until('many attempts', async () => (await failures()) >= before + 20, PATIENCE);
    await node.writeApp({ dns: ['second'] });
    sds = await node.startSds();
    await shows(SDS_PORT, 'DNS:second');
    await stands('app', 'served');
  });

  test("without an entry: the problem has the server's message, and says that the secret is not renewed", async () => {
    node.setEntry(false);
    await sds.stop();
    sds = await node.startSds();
    await stands(
      'app',
      'served',
      /the server answers: no identity issued \(code 7\); the secret is not renewed/,
    );
    expect(await node.status()).toMatchObject({ healthStatus: 'HEALTHY' });
    node.setEntry(true);
    await stands('app', 'served');
  });

  test('a certificate that expires while its server is down is reported as expired', async () => {
    // On a slow machine, the certificate may expire before it is in use.
    for (let endsIn = 6000, outcome = ''; outcome !== 'in use'; endsIn *= 2) {
      await sds.stop();
      const end = Date.now() + endsIn;
      await node.writeApp({ dns: ['short'], endsIn });
      sds = await node.startSds();
      const look = async () => {
        if ((await node.shownBy(SDS_PORT)) === 'DNS:short') return 'in use';
        return Date.now() > end && 'expired';
      };
      outcome = await until('in use or expired', look, { limitMs: endsIn + 60_000 });
    }
    await sds.stop();
    await stands(
      'app',
      'expired',
      /^the certificate expired at \S+Z; .*the secret is not renewed until this is fixed$/,
    );
    await expect.poll(() => node.log()).toMatch(/"level":"error"[^\n]*"state":"expired"/);
    await node.writeApp({ dns: ['renewed'] });
    sds = await node.startSds();
    await shows(SDS_PORT, 'DNS:renewed');
    await stands('app', 'served');
  });

  test('a listener that is added later and waits: the proxy is not ready, and the status names the missing secret', async () => {
    const arn = 'arn:aws:acm:us-east-1:000000000000:certificate/none';
    await node.setMore({ acm: { certificateArn: arn } });
    await stands(`certificate:${arn}`, 'waiting', /the control plane does not serve it/);
    await expect
      .poll(() => node.status())
      .toMatchObject({
        healthStatus: 'UNHEALTHY',
        envoyState: 'LIVE',
        daybreak: {
          notReady: [
            `ingress_http_${MORE_PORT}: waits for certificate:${arn}: the control plane does not serve it`,
          ],
        },
      });
    await node.setMore(undefined);
    await until('healthy', async () => (await node.status()).healthStatus === 'HEALTHY', PATIENCE);
    expect(await secret(`certificate:${arn}`)).toBeUndefined();
  });

  test('an Envoy that restarts without the secret discovery server is not ready until the server is back', async () => {
    await sds.stop();
    const { envoyPid } = await node.status();
    process.kill(Number(envoyPid), 'SIGKILL');
    await stands('app', 'waiting', /agent\.sock: no process listens on this socket|there is no such socket/);
    await expect.poll(() => node.status()).toMatchObject({ healthStatus: 'UNHEALTHY' });
    sds = await node.startSds();
    await until('healthy', async () => (await node.status()).healthStatus === 'HEALTHY', PATIENCE);
    await shows(SDS_PORT, 'DNS:renewed');
  });
});
