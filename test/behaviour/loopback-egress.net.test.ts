import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import type { Status } from '../../agent/status/status.ts';
import { askFrom } from '../lab/clients/ask.ts';
import { request } from '../lab/clients/http.ts';
import { until } from '../lab/until.ts';
import { seenIn } from './testing/callers/caller.ts';
import { backends, inputsOf, on, to } from './testing/inputs.ts';
import { openScene, type Scene } from './testing/scene.ts';

// Hosts without iptables rules, as on Fargate without `proxyConfiguration`: the application calls ports of loopback, and callers
// connect to port 15000.

const HTTP = 7001;
const TCP = 7002;

const is = inputsOf('m');

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<'client' | 'web' | 'canary' | 'db'>;

  beforeAll(async () => {
    scene = await openScene('loopback-egress', variable, {
      inputs: () => [
        is.mesh(),
        ...(['web', 'canary'] as const).map((node) =>
          is.node(node, { listeners: [on(HTTP, 'http')], serviceDiscovery: { dns: { hostname: node } } }),
        ),
        is.node('db', { listeners: [on(TCP, 'tcp')], serviceDiscovery: { dns: { hostname: 'db' } } }),
        is.router('web', [[HTTP, 'http']]),
        is.route('web', 'beta', {
          priority: 1,
          httpRoute: {
            match: { prefix: '/', headers: [{ name: 'x-beta', match: { exact: 'yes' } }] },
            action: to('canary', HTTP),
          },
        }),
        is.route('web', 'all', {
          priority: 2,
          httpRoute: { match: { prefix: '/' }, action: to('web', HTTP) },
        }),
        is.service('web.local', { router: 'web' }),
        is.service('db.local', { node: 'db' }),
        is.node('client', {
          listeners: [on(HTTP, 'http')],
          backends: backends(['web.local', 'db.local']),
          serviceDiscovery: { dns: { hostname: 'client' } },
        }),
      ],
      hosts: {
        client: {
          resource: 'mesh/m/virtualNode/client',
          app: { http: [HTTP] },
          rules: false,
          env: { DAYBREAK_EGRESS: 'loopback' },
        },
        web: { resource: 'mesh/m/virtualNode/web', app: { http: [HTTP] }, appPorts: [HTTP] },
        canary: { resource: 'mesh/m/virtualNode/canary', app: { http: [HTTP] }, appPorts: [HTTP] },
        db: { resource: 'mesh/m/virtualNode/db', app: { tcp: [TCP] }, appPorts: [TCP] },
      },
    });
  });
  afterAll(() => scene?.close());

  const status = async (): Promise<Status> => {
    const answer = await askFrom(scene.actors.client.host, 'http://127.0.0.1:9902/status');
    if ('error' in answer) throw new Error(answer.error);
    return JSON.parse(answer.body) as Status;
  };

  /** Returns the address of a backend, as the agent says. */
  const addressOf = async (service: string): Promise<string> => {
    const { backends: known } = (await status()).daybreak;
    const found = known.find((each) => each.service === service)?.address;
    if (found === undefined) throw new Error(`no backend ${service}`);
    return found;
  };

  test("the agent's status and log have the address of each backend", async () => {
    const { daybreak } = await status();
    expect(daybreak.backends.map(({ service, port, protocol }) => [service, port, protocol])).toEqual([
      ['db.local', TCP, 'tcp'],
      ['web.local', HTTP, 'http'],
    ]);
    expect(daybreak.problems).toEqual([]);
    const line = `the application calls http://${await addressOf('web.local')} for port ${HTTP} of web.local`;
    await until('the line', async () =>
      readFileSync(join(scene.actors.client.host.folder, 'agent.log'), 'utf8').includes(line),
    );
  });

  test('a request to a port of loopback is routed like one to the virtual service, with its name as the Host header', async () => {
    const { caller } = scene.actors.client;
    const url = `http://${await addressOf('web.local')}/x`;
    expect(seenIn(await caller.ask({ kind: 'http', url }))).toMatchObject({
      name: 'web',
      host: `web.local:${HTTP}`,
    });
    const beta = await caller.ask({ kind: 'http', url, headers: { 'x-beta': 'yes' } });
    expect(seenIn(beta)).toMatchObject({ name: 'canary' });
    expect(await scene.actors.client.admin().stat('http.egress.downstream_rq_2xx')).toBe(2);
    expect(await scene.actors.web.admin().stat('http.ingress.downstream_rq_2xx')).toBe(1);
  });

  test('a connection to a port of loopback leads to the TCP backend', async () => {
    const [host = '', port = ''] = (await addressOf('db.local')).split(':');
    const outcome = await scene.actors.client.caller.ask({
      kind: 'tcp',
      host,
      port: Number(port),
      say: 'hello\n',
      expect: 'hello',
    });
    expect(outcome).toMatchObject({ body: `db ${TCP}\nhello\n` });
    expect(
      await scene.actors.db.admin().stat('cluster.cds_ingress_m_db_tcp_7002.upstream_cx_total'),
    ).toBeGreaterThan(0);
  });

  test('a caller that connects to port 15000 reaches the application through Envoy', async () => {
    const { client } = scene.actors;
    const { host } = client;
    const answer = await request(`http://${host.address}:15000/`);
    expect(answer.status).toBe(200);
    expect(await client.admin().stat(`cluster.cds_ingress_m_client_http_${HTTP}.upstream_rq_200`)).toBe(1);
  });

  test('no other host reaches the ports of loopback', async () => {
    const port = (await addressOf('web.local')).split(':')[1];
    await expect(request(`http://${scene.actors.client.host.address}:${port}/`)).rejects.toThrow(
      'ECONNREFUSED',
    );
  });
});
