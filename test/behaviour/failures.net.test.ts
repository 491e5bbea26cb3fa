import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { until } from '../lab/until.ts';
import { seenIn, type Ask, type Outcome } from './testing/callers/caller.ts';
import { startHolder } from './testing/callers/holder.ts';
import {
  CHECKED,
  FIRM,
  GRPC,
  GRPC_EVENTS,
  HTTP,
  HTTP2,
  inputs,
  LONELY,
  POOL,
  SHAKY,
  SLOW,
  TARGET,
} from './testing/models/failures.ts';
import { inTime } from './testing/in-time.ts';
import { openScene, type Scene } from './testing/scene.ts';

// The outcome of failing requests: retries as counted by the app, time-outs, ejected hosts, full connection pools.

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<'app' | 'other' | 'server' | 'client'>;
  let lastId = 0;

  beforeAll(async () => {
    const both = { http: [SHAKY, FIRM, CHECKED.http], http2: [CHECKED.http2], grpc: [CHECKED.grpc] };
    scene = await openScene('failures', variable, {
      inputs: () => inputs,
      hosts: {
        app: {
          dns: ['pair'],
          app: {
            http: [TARGET.http, LONELY, ...both.http],
            http2: [TARGET.http2, ...both.http2],
            grpc: [TARGET.grpc, ...both.grpc],
            tcp: [TARGET.tcp, CHECKED.tcp],
          },
        },
        other: { dns: ['pair'], app: { ...both, sick: Object.values(CHECKED) } },
        server: {
          app: { http: [SLOW, POOL.http], http2: [POOL.http2], grpc: [POOL.grpc], tcp: [POOL.tcp] },
          resource: 'mesh/m/virtualNode/server',
          appPorts: [SLOW, ...Object.values(POOL)],
        },
        client: { resource: 'mesh/m/virtualNode/client' },
      },
    });
  });
  afterAll(() => scene?.close());

  /** Asks from `client`; no program listens at the address itself, so only its Envoy can answer. */
  const ask = (request: Ask): Promise<Outcome> => scene.actors.client.caller.ask(request);

  const askHttp = (service: string, plan: string, port = HTTP, id = nextId()): Promise<Outcome> => {
    const url = `http://${scene.lab.address}:${port}/`;
    return ask({
      kind: 'http',
      url,
      headers: { host: `${service}.local`, 'x-id': id, 'x-plan': plan },
    });
  };

  const askGrpc = (service: string, plan: string, port = GRPC, id = nextId()): Promise<Outcome> =>
    ask({
      kind: 'grpc',
      address: `${scene.lab.address}:${port}`,
      authority: `${service}.local`,
      path: '/test.Colors/Red',
      metadata: { 'x-id': id, 'x-plan': plan },
    });

  const askTcp = (port: number, more: Partial<Extract<Ask, { kind: 'tcp' }>> = {}): Promise<Outcome> =>
    ask({ kind: 'tcp', host: scene.lab.address, port, ...more });

  function nextId(): string {
    lastId += 1;
    return `id-${lastId}`;
  }

  describe('retries, counted by the app', () => {
    test.each([
      ['no-policy', '503', 3, 503],
      ['no-policy', '503,200', 2, 200],
      ['no-policy', 'reset,200', 2, 200],
      ['no-policy', 'reset', 3, 503],
      ['no-policy', '500', 1, 500],
      ['no-policy', '409', 1, 409],
      ['no-retries', '503', 1, 503],
      ['server-error', '500', 4, 500],
      ['server-error', '501,505,511,200', 4, 200],
      ['server-error', '502,200', 2, 200],
      ['server-error', '409', 1, 409],
      ['server-error', '429', 1, 429],
      ['server-error', 'reset,200', 2, 200],
      ['gateway-error', '502', 2, 502],
      ['gateway-error', '503', 2, 503],
      ['gateway-error', '504', 2, 504],
      ['gateway-error', '500', 1, 500],
      ['client-error', '409', 2, 409],
      ['client-error', '404', 1, 404],
      ['client-error', '503', 1, 503],
      ['stream-error', 'refuse,200', 2, 200],
      ['stream-error', '503', 1, 503],
    ])('%s: %s makes %i attempts, and an answer %i', async (service, plan, attempts, status) => {
      const id = nextId();
      const port = service === 'stream-error' ? HTTP2 : HTTP;
      expect((await askHttp(service, plan, port, id)).status).toBe(status);
      expect(await scene.actors.app.attempts(id)).toBe(attempts);
    });

    test.each([
      ...Object.entries(GRPC_EVENTS).map(([event, code]) => [event, String(code), 3, code] as const),
      ['cancelled', '13', 1, 13],
      ['internal', '13,ok', 2, 0],
      ['no-policy', '14', 3, 14],
      ['no-policy', '13', 1, 13],
    ] as const)('gRPC, %s: %s makes %i attempts, and status %i', async (event, plan, attempts, status) => {
      const id = nextId();
      expect((await askGrpc(`calls-${event}`, plan, GRPC, id)).status).toBe(status);
      expect(await scene.actors.app.attempts(id)).toBe(attempts);
    });

    test('connection-error: a host that refuses connections fails no request if there are retries', async () => {
      const statuses = async (service: string): Promise<readonly (number | undefined)[]> => {
        const outcomes = await Promise.all(Array.from({ length: 12 }, () => askHttp(service, '200')));
        return outcomes.map(({ status }) => status);
      };
      expect(new Set(await statuses('connection-error'))).toEqual(new Set([200]));
      const refused = await scene.actors.client
        .admin()
        .stat(`cluster.cds_egress_m_lonely_http_${LONELY}.upstream_cx_connect_fail`);
      expect(refused).toBeGreaterThan(0);
      expect(new Set(await statuses('connection-once'))).toContain(503);
    });
  });

  describe('time-outs', { concurrent: true }, () => {
    test('of an attempt: the next attempt is made', async () => {
      await inTime(
        () => askHttp('per-try', 'hang,200'),
        (outcome) => expect(seenIn(outcome).attempt).toBe(2),
      );
    });

    test('of a request', async () => {
      await inTime(
        () => askHttp('per-request', 'hang'),
        ({ status }) => expect(status).toBe(504),
      );
    });

    test('of a request through a listener with its own time-out', async () => {
      await inTime(
        () => askHttp('listener', 'hang'),
        ({ status }) => expect(status).toBe(504),
      );
    });

    test('of an idle response stream', async () => {
      await inTime(
        () => askHttp('idle', 'stall'),
        ({ error }) => expect(error).toBeDefined(),
      );
    });

    test('of a gRPC call', async () => {
      await inTime(
        () => askGrpc('calls-limited', 'hang'),
        ({ status }) => expect(status).toBe(14),
      );
    });

    test('of an idle connection', async () => {
      await inTime(
        () => askTcp(7302),
        (outcome) => expect(outcome).toMatchObject({ body: `app ${TARGET.tcp}\n` }),
      );
    });
  });

  describe('failing hosts', () => {
    const namesOf = async (service: string, port: number, requests: number): Promise<ReadonlySet<string>> => {
      const names = new Set<string>();
      for (let sent = 0; sent < requests; sent += 1) {
        const outcome = await askHttp(service, '200', port);
        names.add(outcome.status === 200 ? seenIn(outcome).name : String(outcome.status));
      }
      return names;
    };
    const stat = (cluster: string, name: string): Promise<number> =>
      scene.actors.client.admin().stat(`cluster.cds_egress_m_${cluster}.${name}`);

    test('are ejected after the configured number of errors, and get no more requests', async () => {
      expect(await namesOf('shaky', SHAKY, 4)).toEqual(new Set(['app', 'other']));
      await scene.actors.other.fail(SHAKY);
      await until('an ejection', async () => {
        await askHttp('shaky', '200', SHAKY);
        return (await stat(`shaky_http_${SHAKY}`, 'outlier_detection.ejections_active')) === 1;
      });
      expect(await namesOf('shaky', SHAKY, 10)).toEqual(new Set(['app']));
    });

    test('are not ejected if the ejection limit is zero', async () => {
      await scene.actors.other.fail(FIRM);
      await until('an ejection that is not made', async () => {
        await askHttp('firm', '200', FIRM);
        return (await stat(`firm_http_${FIRM}`, 'outlier_detection.ejections_overflow')) > 0;
      });
      expect(await namesOf('firm', FIRM, 4)).toEqual(new Set(['app', '500']));
    });

    test.each(
      Object.entries(CHECKED),
    )('are detected by %s health checks, and get no requests', async (protocol, port) => {
      const cluster = `checked-${protocol}_${protocol}_${port}`;
      await until('checks of both hosts', async () => {
        const [success, failure] = [
          await stat(cluster, 'health_check.success'),
          await stat(cluster, 'health_check.failure'),
        ];
        return success > 0 && failure > 0;
      });
      await until('one healthy host of two', async () => {
        const healthy = await stat(cluster, 'membership_healthy');
        return healthy === 1 && (await stat(cluster, 'membership_total')) === 2;
      });
      for (let sent = 0; sent < 6; sent += 1) {
        if (protocol === 'tcp') {
          expect((await askTcp(port, { expect: '\n' })).body).toBe(`app ${port}\n`);
        } else if (protocol === 'grpc') {
          expect((await askGrpc('checked-grpc', 'ok', port)).body).toBe(`app ${port} /test.Colors/Red`);
        } else {
          expect(seenIn(await askHttp(`checked-${protocol}`, '200', port)).name).toBe('app');
        }
      }
    });
  });

  describe('a full pool', () => {
    /** Envoy releases differ in whether a limit on requests counts as `active` or as `pending`. */
    const overflow = async (protocol: keyof typeof POOL): Promise<number> => {
      const cluster = `cds_ingress_m_server_${protocol}_${POOL[protocol]}`;
      const counter = `upstream_(rq_pending|rq_active|cx)_overflow`;
      const stats = await scene.actors.server.admin().stats(`^cluster\\.${cluster}\\.${counter}$`);
      return [...stats.values()].reduce((sum, value) => sum + value, 0);
    };
    /** Sends four requests, of which the application answers none before two others have an answer. */
    async function four(one: (plan: string) => Promise<Outcome>): Promise<readonly Outcome[]> {
      const group = nextId();
      let ended = 0;
      const asked = Array.from({ length: 4 }, async () => {
        const outcome = await one(`held:${group}`);
        ended += 1;
        return outcome;
      });
      await until('two answers', () => ended >= 2);
      await scene.actors.server.release(group);
      return Promise.all(asked);
    }

    test.each(['http', 'http2'] as const)('%s: 503, and counted', async (protocol) => {
      const outcomes = await four((plan) => askHttp('server', plan, POOL[protocol]));
      const statuses = outcomes.map(({ status }) => status);
      expect(new Set(statuses)).toEqual(new Set([200, 503]));
      expect(await overflow(protocol)).toBeGreaterThan(0);
    });

    test('grpc: unavailable, and counted', async () => {
      const outcomes = await four((plan) => askGrpc('server', plan, POOL.grpc));
      expect(new Set(outcomes.map(({ status }) => status))).toEqual(new Set([0, 14]));
      expect(await overflow('grpc')).toBeGreaterThan(0);
    });

    test.each(['http', 'http2', 'grpc'] as const)('%s: the caller does not retry', async (protocol) => {
      const port = POOL[protocol];
      const outcomes = await four((plan) =>
        protocol === 'grpc' ? askGrpc('server', plan, port) : askHttp('server', plan, port),
      );
      expect(outcomes.some(({ status }) => status === (protocol === 'grpc' ? 14 : 503))).toBe(true);
      const retries = `cluster.cds_egress_m_server_${protocol}_${port}.upstream_rq_retry`;
      expect(await scene.actors.client.admin().stat(retries)).toBe(0);
    });

    test('tcp: closed, and counted', async () => {
      const holder = await startHolder(scene.actors.client.host);
      const one = { host: scene.lab.address, port: POOL.tcp, count: 1 };
      expect(await holder.hold('first', one, false)).toEqual({ server: 1 });
      expect((await askTcp(POOL.tcp, { expect: '\n' })).body).toBe('');
      expect(await overflow('tcp')).toBeGreaterThan(0);
      await holder.drop('first');
    });
  });
});
