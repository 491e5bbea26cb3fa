import { setTimeout as sleep } from 'node:timers/promises';
import type { ConfigDump } from '../../../controlplane/config-dump/config-dump.ts';
import { request } from '../../lab/clients/http.ts';
import type { Replica } from '../../lab/programs/replica.ts';
import { until } from '../../lab/until.ts';
import { createAccidents, type Accidents } from './accidents.ts';
import {
  contentsOfApi,
  contentsOfEnvoy,
  featuresOfEnvoy,
  differences,
  withoutSecrets,
  type Contents,
} from './contents.ts';
import { planStorm, type Accident, type Step } from './plan.ts';
import { beginning, plain, PROXIED } from './requests.ts';
import type { Proxy, Scene } from './scene.ts';
import { sendRequest, type Outcome } from './send.ts';

/** The counts of a storm. */
export type Tally = Readonly<Record<Outcome, number>> & {
  readonly accidents: Readonly<Partial<Record<Accident['what'], number>>>;
};

/** The number of concurrent requests. */
const TOGETHER = 3;
/** Time-out of the last change on all proxies: a cut is detected in 18 s, and a mute server is abandoned after up to 30 s. */
const SETTLE_LIMIT_MS = 300_000;

/** Creates the initial model of storms, and starts the proxies. */
export async function begin({ replicas, proxies }: Scene): Promise<void> {
  for (const each of beginning()) await sendRequest(apisOf(replicas), each);
  await Promise.all(proxies.map((proxy) => proxy.start(replicas)));
}

/**
 * Runs a storm over the control planes and proxies of a scene: requests while replicas, their store and the network fail. When it returns, everything
 * that failed is back.
 */
export async function passStorm(scene: Scene, seed: number, steps: number): Promise<Tally> {
  const { replicas, proxies, files } = scene;
  const size = { seed, steps, replicas: replicas.length, proxies: proxies.length };
  const plan = planStorm(size, files);
  const accidents = createAccidents({ ...scene, proxies: proxies.map(({ host }) => host) });
  const outcomes: Outcome[] = [];
  for (let index = 0; index < plan.length; index += TOGETHER)
    outcomes.push(...(await take(scene, accidents, plan.slice(index, index + TOGETHER), index)));
  await accidents.endAll();
  for (const [kind, name] of Object.entries(PROXIED))
    await sendRequest(apisOf(replicas), plain(kind as keyof typeof PROXIED, name));
  const count = (wanted: Outcome): number => outcomes.filter((outcome) => outcome === wanted).length;
  return { done: count('done'), refused: count('refused'), accidents: accidents.counts() };
}

async function take(
  { replicas }: Scene,
  accidents: Accidents,
  steps: readonly Step[],
  index: number,
): Promise<readonly Outcome[]> {
  await accidents.endDue(index);
  const [outcomes] = await Promise.all([
    Promise.all(steps.map(({ request: wanted, replica }) => sendRequest(apisOf(replicas, replica), wanted))),
    beginAll(accidents, steps, index),
  ]);
  await sleep(Math.max(...steps.map(({ pauseMs }) => pauseMs)));
  return outcomes;
}

async function beginAll(accidents: Accidents, steps: readonly Step[], index: number): Promise<void> {
  for (const { accident } of steps) if (accident !== undefined) await accidents.begin(accident, index);
}

/**
 * Waits until every proxy has exactly the configuration of the model: its Envoy's config dump equals the one that each replica reports for it. Then a
 * newly started control plane and new agents have to get the same.
 * @throws Error with the differences that remain after five minutes
 */
export async function compareAll({ replicas, late, proxies }: Scene): Promise<void> {
  await inSync(replicas, proxies);
  const had = new Map<Proxy, Contents>();
  for (const proxy of proxies) had.set(proxy, await comesTo(proxy, await wantedBy(replicas, proxy)));
  await late.start();
  await Promise.all(proxies.map((proxy) => proxy.start([late])));
  await inSync([late], proxies);
  for (const proxy of proxies) {
    const fresh = await comesTo(proxy, await wantedBy([...replicas, late], proxy));
    const found = differences(['before', had.get(proxy) ?? new Map()], ['a fresh one', fresh]);
    if (found.length > 0) throw new Error(`${proxy.name}: ${found.join('\n')}`);
  }
  await late.stop();
}

/**
 * Returns the configuration that the proxy should have according to each replica, by replica name, including replicas that it is not connected to.
 */
async function wantedBy(
  replicas: readonly Replica[],
  { resource, admin }: Proxy,
): Promise<readonly (readonly [string, Contents])[]> {
  const features = featuresOfEnvoy(await admin.configDump());
  return await Promise.all(
    replicas.map(async (replica) => {
      const dump = await configDump(replica, `node=${resource}&features=${encodeURIComponent(features)}`);
      return [replica.host.name, contentsOfApi(dump)] as const;
    }),
  );
}

async function configDump({ endpoint }: Replica, query: string): Promise<ConfigDump> {
  const { status, body } = await request(`${endpoint}/config-dump?${query}`);
  if (status !== 200) throw new Error(`/config-dump?${query}: ${status} ${body}`);
  return JSON.parse(body) as ConfigDump;
}

/** Waits until an Envoy has the wanted configuration; returns it, with its secrets. */
async function comesTo(proxy: Proxy, wanted: readonly (readonly [string, Contents])[]): Promise<Contents> {
  return await until(
    `${proxy.name} has what it is to have`,
    async () => {
      const contents = contentsOfEnvoy(await proxy.admin.configDump());
      const here = [proxy.name, withoutSecrets(contents)] as const;
      const found = wanted.flatMap((there) => differences(here, there));
      if (found.length > 0) throw new Error(found.join('\n'));
      return contents;
    },
    { limitMs: SETTLE_LIMIT_MS, everyMs: 250 },
  );
}

/** Waits until the replicas are at one revision, and each proxy has sent an ACK for all of its configuration. */
async function inSync(replicas: readonly Replica[], proxies: readonly Proxy[]): Promise<void> {
  await until(
    'all proxies in sync',
    async () => {
      const all = await Promise.all(replicas.map((each) => each.status()));
      const revisions = all.map((status) => status?.revision);
      const streams = all.flatMap((status) => status?.proxies ?? []);
      const isAlike = new Set(revisions).size === 1;
      if (isAlike && streams.length === proxies.length && streams.every(({ state }) => state === 'in sync'))
        return true;
      const states = streams.map(({ resource, peer, state, types }) => ({
        resource,
        peer,
        state,
        refused: types.flatMap(({ error }) => error ?? []),
      }));
      throw new Error(JSON.stringify({ revisions, states }, undefined, 1));
    },
    { limitMs: SETTLE_LIMIT_MS, everyMs: 250 },
  );
}

/** Returns the APIs, starting with that of the replica `first`. */
function apisOf(replicas: readonly Replica[], first = 0): readonly string[] {
  const apis = replicas.map(({ endpoint }) => endpoint);
  return [...apis.slice(first), ...apis.slice(0, first)];
}
