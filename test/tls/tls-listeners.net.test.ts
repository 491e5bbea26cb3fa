import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { until } from '../lab/until.ts';
import { writePair } from './testing/authority.ts';
import { openTlsFixture, type TlsFixture } from './testing/lab.ts';
import { CALLER, PORTS, SERVER } from './testing/model.ts';
import { startSteady } from './testing/steady.ts';
import { untilExpired } from './testing/until-expired.ts';

// The server's listeners, called from outside.

const INGRESS = 'listener.0.0.0.0_15000.ssl';

describe.each(ENVOYS)('%s', (variable) => {
  let mesh: TlsFixture;
  beforeAll(async () => {
    mesh = await openTlsFixture('tls-listeners', variable);
  });
  afterAll(() => mesh?.close());

  describe('accepted callers', () => {
    // yes: the application answers; no: the connection ends.
    test.each([
      ['plain', 'yes', 'no', 'no'],
      ['disabled', 'yes', 'no', 'no'],
      ['permissive', 'yes', 'yes', 'yes'],
      ['strict', 'no', 'yes', 'yes'],
      ['mutual', 'no', 'no', 'yes'],
      ['named', 'no', 'no', 'yes'],
      ['missing', 'no', 'no', 'no'],
      ['sds', 'no', 'no', 'yes'],
    ] as const)('%s: plain text %s, TLS %s, TLS with a certificate %s', async (port, ...wanted) => {
      const pair = await mesh.callers.issue({ uri: [CALLER] });
      const own = { cert: pair.chain, key: pair.privateKey };
      const outcomes = [
        await mesh.fromOutside(port),
        await mesh.fromOutside(port, {}),
        await mesh.fromOutside(port, own),
      ];
      const got = outcomes.map((outcome) =>
        'body' in outcome && outcome.body === `${PORTS[port]}` ? 'yes' : 'no',
      );
      expect(got).toEqual(wanted);
    });

    test('handshakes, and callers without a certificate, are in the documented counters', async () => {
      const before = await mesh.serverEnvoy.stats('ssl');
      await mesh.fromOutside('strict', {});
      await mesh.fromOutside('mutual', {});
      const counter = (name: string) => before.get(`${INGRESS}.${name}`) ?? 0;
      await until(
        'handshake',
        async () => (await mesh.serverEnvoy.stat(`${INGRESS}.handshake`)) > counter('handshake'),
      );
      await until(
        'no certificate',
        async () =>
          (await mesh.serverEnvoy.stat(`${INGRESS}.fail_verify_no_cert`)) > counter('fail_verify_no_cert'),
      );
    });

    test('a certificate of the right authority with another name is rejected, and counted', async () => {
      const before = await mesh.serverEnvoy.stat(`${INGRESS}.fail_verify_san`);
      const pair = await mesh.callers.issue({ uri: ['spiffe://apps/other'], dns: ['caller'] });
      const own = { cert: pair.chain, key: pair.privateKey };
      expect(await mesh.fromOutside('named', own)).toHaveProperty('error');
      expect(await mesh.fromOutside('mutual', own)).toMatchObject({ body: `${PORTS.mutual}` });
      expect(await mesh.serverEnvoy.stat(`${INGRESS}.fail_verify_san`)).toBe(before + 1);
    });

    test.each([
      ['of another authority', () => mesh.servers, {}],
      ['that has expired', () => mesh.callers, { endsIn: -60_000 }],
    ])('a certificate %s is rejected', async (_what, authority, wanted) => {
      const pair = await authority().issue({ uri: [CALLER], ...wanted });
      const own = { cert: pair.chain, key: pair.privateKey };
      expect(await mesh.fromOutside('mutual', own)).toHaveProperty('error');
    });

    test('a listener presents the certificate of the secret discovery server', async () => {
      const pair = await mesh.callers.issue({ uri: [CALLER] });
      const own = { cert: pair.chain, key: pair.privateKey };
      expect(await mesh.shownBy('sds', own)).toBe('DNS:from-sds');
    });

    test('a listener for HTTP/1.1 negotiates HTTP/1.1', async () => {
      expect(await mesh.fromOutside('strict', { ALPNProtocols: ['h2', 'http/1.1'] })).toMatchObject({
        status: 200,
      });
    });
  });

  describe.each(['TLSv1.2', 'TLSv1.3'] as const)('resumption, %s', (version) => {
    const versions = { minVersion: version, maxVersion: version } as const;

    test('a listener that requests no certificate resumes sessions', async () => {
      const first = await mesh.fromOutside('strict', versions);
      const session = 'session' in first ? first.session : undefined;
      expect(await mesh.fromOutside('strict', { ...versions, ...(session && { session }) })).toMatchObject({
        status: 200,
        isResumed: true,
      });
    });

    test('a listener that requests a certificate verifies it for each connection: an expired one resumes no session', async () => {
      const { own, session } = await untilExpired(async (endsIn) => {
        const pair = await mesh.callers.issue({ uri: [CALLER], endsIn });
        const certificate = { cert: pair.chain, key: pair.privateKey, ...versions };
        const outcome = await mesh.fromOutside('mutual', certificate);
        return 'status' in outcome ? { own: certificate, session: outcome.session } : undefined;
      });
      expect(await mesh.fromOutside('mutual', own)).toHaveProperty('error');
      expect(await mesh.fromOutside('mutual', { ...own, ...(session && { session }) })).toHaveProperty(
        'error',
      );
    });
  });

  describe('files', () => {
    test('a missing file is in the status, and affects only its own listener', async () => {
      const { certificates } = (await mesh.status()).daybreak;
      const missing = certificates.filter(({ state }) => state === 'missing');
      expect(missing).toMatchObject([
        { files: [`${mesh.folder}/missing-chain.pem`, `${mesh.folder}/missing-key.pem`] },
      ]);
      expect(missing[0]?.problem).toContain(`${mesh.folder}/missing-chain.pem`);
      const served = certificates.filter(({ state }) => state === 'served').map(({ source }) => source);
      expect(served.toSorted()).toEqual(['files', 'files', 'sds', 'sds']);
    });

    test('a key of another certificate is never sent to Envoy', async () => {
      const [one, other] = [
        await mesh.servers.issue({ dns: ['one'] }),
        await mesh.servers.issue({ dns: ['other'] }),
      ];
      await writePair(join(mesh.folder, 'missing'), { ...one, privateKey: other.privateKey });
      await until('said in the status', async () =>
        (await mesh.status()).daybreak.certificates.some(
          ({ problem }) =>
            problem === `${mesh.folder}/missing-key.pem: the key does not belong to the certificate`,
        ),
      );
      expect(await mesh.fromOutside('missing', {})).toHaveProperty('error');
      await writePair(join(mesh.folder, 'missing'), one);
      await until('in force', async () => (await mesh.shownBy('missing')) === 'DNS:one');
    });

    test('a renewed certificate takes effect; connections stay open, and no request fails', async () => {
      const updates = await mesh.serverEnvoy.stat('listener_manager.listener_modified');
      const steady = startSteady(mesh.server.address, PORTS.strict);
      await writePair(join(mesh.folder, 'server'), await mesh.servers.issue({ dns: [SERVER, 'renewed'] }));
      await until('renewed', async () => (await mesh.shownBy('strict')) === `DNS:${SERVER}, DNS:renewed`);
      expect(await steady.stop()).toEqual({ failed: 0, connections: 1 });
      expect(await mesh.serverEnvoy.stat('listener_manager.listener_modified')).toBe(updates);
    });
  });
});
