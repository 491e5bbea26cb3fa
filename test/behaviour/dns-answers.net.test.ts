import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ENVOYS } from '../../controlplane/translate/testing/real-envoy.ts';
import { until } from '../lab/until.ts';
import { startDns, type Answers } from './testing/dns.ts';
import { backends, inputsOf, on } from './testing/inputs.ts';
import { openScene, type Scene } from './testing/scene.ts';

// The effect on a cluster when its DNS server stops returning the earlier addresses. With responseType ENDPOINTS, an answer without addresses is
// valid like any other; with LOADBALANCER the last address stays.

const PORT = 7601;
const ANSWERS = ['nxdomain', 'empty', 'servfail', 'silent'] as const;
const TYPES = ['ENDPOINTS', 'LOADBALANCER'] as const;

/** A virtual node per answer and type; its host name is that of the answer. */
const NODES = ANSWERS.flatMap((answer) =>
  TYPES.map((type) => ({ node: `${answer}-${type.toLowerCase()}`, hostname: `${answer}.example`, type })),
);

const is = inputsOf('m');

describe.each(ENVOYS)('%s', (variable) => {
  let scene: Scene<'app' | 'client'>;

  beforeAll(async () => {
    scene = await openScene('dns-answers', variable, {
      inputs: () => [
        is.mesh(),
        ...NODES.flatMap(({ node, hostname, type }) => [
          is.node(node, {
            listeners: [on(PORT, 'http')],
            serviceDiscovery: { dns: { hostname, responseType: type } },
          }),
          is.service(`${node}.local`, { node }),
        ]),
        is.node('client', { backends: backends(NODES.map(({ node }) => `${node}.local`)) }),
      ],
      hosts: { app: { app: { http: [PORT] } }, client: { resource: 'mesh/m/virtualNode/client' } },
    });
    const dns = await startDns(scene.actors.client.host);
    const { address } = scene.actors.app.host;
    const found: Answers = Object.fromEntries(
      NODES.map(({ hostname }) => [hostname, { addresses: [address] }]),
    );
    await dns.answer(found);
    await until(
      'an answer from every node',
      async () => (await statuses()).every((status) => status === 200),
      {
        limitMs: 120_000,
      },
    );
    await dns.answer(Object.fromEntries(ANSWERS.map((answer) => [`${answer}.example`, answer])));
    // A query sent before the change has ended by the time of the second query after it.
    const before = await attempts();
    await until(
      'new questions',
      async () => (await attempts()).every((count, index) => count >= (before[index] ?? 0) + 2),
      { limitMs: 120_000 },
    );
  });
  afterAll(() => scene?.close());

  const attempts = (): Promise<readonly number[]> =>
    Promise.all(
      NODES.map(({ node }) =>
        scene.actors.client.admin().stat(`cluster.cds_egress_m_${node}_http_${PORT}.update_attempt`),
      ),
    );

  const ask = async (node: string): Promise<number | undefined> => {
    const { caller } = scene.actors.client;
    const url = `http://${scene.lab.address}:${PORT}/`;
    return (await caller.ask({ kind: 'http', url, headers: { host: `${node}.local` } })).status;
  };

  const statuses = (): Promise<readonly (number | undefined)[]> =>
    Promise.all(NODES.map(({ node }) => ask(node)));

  test.each([
    ['nxdomain', 503, 200],
    ['empty', 503, 200],
    ['servfail', 200, 200],
    ['silent', 200, 200],
  ])('%s: ENDPOINTS answers %i, LOADBALANCER %i', async (answer, endpoints, loadbalancer) => {
    expect(await ask(`${answer}-endpoints`)).toBe(endpoints);
    expect(await ask(`${answer}-loadbalancer`)).toBe(loadbalancer);
  });
});
