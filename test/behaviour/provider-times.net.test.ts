import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { until } from '../lab/until.ts';
import type { Ask, Outcome } from './testing/callers/caller.ts';
import { GATE, PORTS, timesApp, timesModel } from './testing/models/provider-times.ts';
import { openScene, type Scene } from './testing/scene.ts';

// The time-outs of a virtual node's listener in the Envoys of callers without a router. The app has no Envoy, so only a caller's Envoy can end a
// request that does not end by itself. `test/long/provider-times.ts` shows that limits above the defaults of 15 and 300 s work as well.

const HALF_A_SECOND = { unit: 'ms', value: 500 } as const;
/** Attempts: a machine that stands still for 15 s ends every request of one. */
const ATTEMPTS = 4;

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<'app' | 'client' | 'gate'>;

  beforeAll(async () => {
    scene = await openScene('provider-times', variable, {
      inputs: () => timesModel({ perRequest: HALF_A_SECOND, idle: HALF_A_SECOND }),
      hosts: {
        app: { app: timesApp },
        client: { resource: 'mesh/m/virtualNode/client' },
        gate: { resource: 'mesh/m/virtualGateway/gate' },
      },
    });
  });
  afterAll(() => scene?.close());

  const ask = (request: Ask): Promise<Outcome> => scene.actors.client.caller.ask(request);
  const askHttp = (port: number, plan: string, id = randomUUID()): Promise<Outcome> =>
    ask({
      kind: 'http',
      url: `http://${scene.lab.address}:${port}/`,
      headers: { host: 'target.local', 'x-plan': plan, 'x-id': id },
    });

  const ASKS = {
    http: () => askHttp(PORTS.http, 'hang'),
    http2: () =>
      ask({
        kind: 'http2',
        url: `http://${scene.lab.address}:${PORTS.http2}/`,
        headers: { ':authority': 'target.local', 'x-plan': 'hang' },
      }),
    grpc: () =>
      ask({
        kind: 'grpc',
        address: `${scene.lab.address}:${PORTS.grpc}`,
        authority: 'target.local',
        path: '/test.Colors/Red',
        metadata: { 'x-plan': 'hang' },
      }),
    gateway: () =>
      scene.actors.app.caller.ask({
        kind: 'http',
        url: `http://gate:${GATE}/`,
        headers: { 'x-plan': 'hang' },
      }),
    silence: () => askHttp(PORTS.silent, 'stall'),
  } as const;

  test.concurrent.each([
    ['http', { status: 504 }],
    ['http2', { status: 504 }],
    ['grpc', { status: 14 }],
    ['gateway', { status: 504 }],
    ['silence', { error: expect.any(String) as string }],
  ] as const)("%s: the caller's Envoy ends the request at the limit of the listener, not at 15 s or 300 s", async (kind, end) => {
    const { app } = scene.actors;
    /** A request without a limit begins first, and is answered once the other one has ended: if that is after 15 s, it has ended, too. */
    const attempt = async (): Promise<readonly Partial<Outcome>[]> => {
      const id = randomUUID();
      const slow = askHttp(PORTS.plain, `held:${id}`, id);
      await until('the request without a limit', async () => (await app.attempts(id)) === 1);
      const limited = await ASKS[kind]();
      await app.release(id);
      return [limited, { status: (await slow).status ?? 0 }];
    };
    let ends = await attempt();
    for (let left = ATTEMPTS - 1; left > 0 && ends[1]?.status !== 200; left -= 1) ends = await attempt();
    expect(ends).toEqual([expect.objectContaining(end), { status: 200 }]);
  });

  test("tcp: the caller's Envoy closes a silent connection at the limit of the listener, not at 300 s", async () => {
    const outcome = await ask({ kind: 'tcp', host: scene.lab.address, port: PORTS.tcp });
    expect({ body: outcome.body, error: outcome.error }).toEqual({
      body: `app ${PORTS.tcp}\n`,
      error: undefined,
    });
  });
});
