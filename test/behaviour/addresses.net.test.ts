import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import type { IpPreference } from '../../controlplane/model/types.ts';
import { seenIn } from './testing/callers/caller.ts';
import { backends, inputsOf, on, type Input } from './testing/inputs.ts';
import { openScene, type Scene } from './testing/scene.ts';

// IPv4 and IPv6: one mesh per preference, and one without any, with one host each. Each host calls the next one, so every Envoy is once on the
// caller's side, where it resolves names, and once on the app's side, where it connects to one of the loopback addresses. All names resolve to
// addresses of both families.

const PORT = 7001;
/** A port without a backend. */
const ELSEWHERE = 7099;

const PREFERENCES = ['IPv6_ONLY', 'IPv6_PREFERRED', 'IPv4_PREFERRED', 'IPv4_ONLY', 'none'] as const;
const NAMES = ['six-only', 'six-first', 'four-first', 'four-only', 'unset'] as const;
type Name = (typeof NAMES)[number];

const at = <T>(list: readonly [T, ...T[]], index: number): T => list[index % list.length] ?? list[0];

/** The effect of each preference: the loopback address of the app, and the family of outbound connections. */
const MEANING: Readonly<Record<IpPreference | 'none', { readonly app: string; readonly calls: 4 | 6 }>> = {
  IPv6_ONLY: { app: '::1', calls: 6 },
  IPv6_PREFERRED: { app: '::1', calls: 6 },
  IPv4_PREFERRED: { app: '127.0.0.1', calls: 4 },
  IPv4_ONLY: { app: '127.0.0.1', calls: 4 },
  none: { app: '127.0.0.1', calls: 4 },
};

const preferenceOf = (name: Name): IpPreference | 'none' => at(PREFERENCES, NAMES.indexOf(name));
const nextOf = (name: Name): Name => at(NAMES, NAMES.indexOf(name) + 1);

/** A mesh of one host, whose backend is the next host. */
function mesh(name: Name, logs: string): readonly Input[] {
  const is = inputsOf(name);
  const ipPreference = preferenceOf(name);
  const type = ipPreference === 'IPv6_ONLY' ? 'ALLOW_ALL' : 'DROP_ALL';
  return [
    is.mesh({
      ...(ipPreference === 'none' ? {} : { serviceDiscovery: { ipPreference } }),
      egressFilter: { type },
    }),
    is.node('next', {
      listeners: [on(PORT, 'http')],
      serviceDiscovery: { dns: { hostname: nextOf(name) } },
    }),
    is.service('next.local', { node: 'next' }),
    is.node('me', {
      listeners: [on(PORT, 'http')],
      serviceDiscovery: { dns: { hostname: name } },
      backends: backends(['next.local']),
      logging: {
        accessLog: {
          file: { path: `${logs}/access.log`, format: { text: '%DOWNSTREAM_REMOTE_ADDRESS%\n' } },
        },
      },
    }),
  ];
}

const role = (name: Name) => ({
  app: { host: MEANING[preferenceOf(name)].app, http: [PORT] },
  resource: `mesh/${name}/virtualNode/me`,
  appPorts: [PORT],
});

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<Name | 'outside'>;

  beforeAll(async () => {
    scene = await openScene('addresses', variable, {
      ipv6: true,
      inputs: (logs) => NAMES.flatMap((name) => mesh(name, logs(name))),
      hosts: {
        'six-only': role('six-only'),
        'six-first': role('six-first'),
        'four-first': role('four-first'),
        'four-only': role('four-only'),
        unset: role('unset'),
        outside: { dns: ['next.local'], app: { http: [PORT, ELSEWHERE] } },
      },
    });
  });
  afterAll(() => scene?.close());

  const addressOf = (name: Name | 'outside', family: 4 | 6): string => {
    const { address, address6 } = scene.actors[name].host;
    return family === 4 ? address : `[${address6}]`;
  };

  const ask = (name: Name, address: string, port = PORT, headers: Readonly<Record<string, string>> = {}) =>
    scene.actors[name].caller.ask({ kind: 'http', url: `http://${address}:${port}/`, headers });

  test.each(
    NAMES.flatMap((name) => [[name, 4] as const, [name, 6] as const]),
  )('%s calls the next host over IPv%i, and its app answers', async (name, family) => {
    const outcome = await ask(name, addressOf('outside', family), PORT, { host: 'next.local' });
    expect(seenIn(outcome)).toMatchObject({ name: nextOf(name), port: PORT });
  });

  test.each(NAMES)('%s connects to the next host over the family that its mesh prefers', async (name) => {
    await ask(name, addressOf('outside', 4), PORT, { host: 'next.local' });
    const { body } = await scene.actors[name].admin().ask('/clusters');
    const address = addressOf(nextOf(name), MEANING[preferenceOf(name)].calls);
    expect(body).toContain(`cds_egress_${name}_next_http_${PORT}::${address}:${PORT}::rq_success::`);
    const other = addressOf(nextOf(name), MEANING[preferenceOf(name)].calls === 4 ? 6 : 4);
    expect(body).not.toContain(`${other}:${PORT}::`);
  });

  test('a listener for both families reports IPv4 callers by their IPv4 address', async () => {
    const { address } = scene.actors['four-only'].host;
    await ask('four-only', addressOf('outside', 4), PORT, { host: 'next.local' });
    const log = join(scene.actors.unset.host.folder, 'logs/access.log');
    await expect.poll(() => readFileSync(log, 'utf8')).toMatch(new RegExp(`^${address}:\\d+$`, 'm'));
  });

  test('statistics of a listener for both families keep their names', async () => {
    const stats = await scene.actors['six-only'].admin().stats('^listener\\.0\\.0\\.0\\.0_15000\\.');
    expect(stats.get('listener.0.0.0.0_15000.downstream_cx_total')).toBeGreaterThan(0);
  });

  test.each([4, 6] as const)('IPv%i: ALLOW_ALL lets all traffic out', async (family) => {
    const outcome = await ask('six-only', addressOf('outside', family), ELSEWHERE);
    expect(seenIn(outcome)).toMatchObject({ name: 'outside', port: ELSEWHERE });
  });

  test.each([
    4, 6,
  ] as const)('IPv%i: DROP_ALL closes connections to anything but a backend', async (family) => {
    const outcome = await ask('four-only', addressOf('outside', family), ELSEWHERE);
    expect(outcome.error).toBe('ECONNRESET');
  });

  test.each(NAMES)('%s: a WebSocket works through both Envoys', async (name) => {
    const url = `ws://next.local:${PORT}/`;
    const { body, error } = await scene.actors[name].caller.ask({ kind: 'webSocket', url, say: 'hello' });
    expect({ body, error }).toEqual({ body: 'echo hello', error: undefined });
  });
});
