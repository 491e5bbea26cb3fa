import type { ENVOYS } from '../../../controlplane/translate/testing/real-envoy.ts';
import type { VirtualNodeSpec } from '../../../controlplane/model/types.ts';
import type { Program } from '../../lab/programs/program.ts';
import { until } from '../../lab/until.ts';
import { backends, inputsOf, on, type Input } from './inputs.ts';
import { startLoad, type LoadTally } from './callers/load.ts';
import { openScene, type Actor, type Scene } from './scene.ts';

// Two instances of a virtual node, and two of a virtual gateway in front of it, that are stopped alternately.

/** The listener ports of the virtual node and the gateway. */
export const HTTP = 8080;
export const TCP = 5432;

/** The hosts: two instances of each. */
export type StopsHost = 'one' | 'two' | 'gate' | 'gate2';

const is = inputsOf('m');
const dns = (hostname: string) =>
  ({ serviceDiscovery: { dns: { hostname, responseType: 'ENDPOINTS' } } }) as const;
const target = { virtualService: { virtualServiceName: 'target.local' } };

/** Its requests may take longer than 15 s, because tests hold some of them. */
const HTTP_LISTENER = on(HTTP, 'http', { timeout: { http: { perRequest: { unit: 's', value: 100 } } } });
/** The virtual node that is stopped. */
export const TARGET: VirtualNodeSpec = {
  listeners: [HTTP_LISTENER, on(TCP, 'tcp')],
  ...dns('target'),
  backends: backends(['other.local']),
};

const INPUTS: readonly Input[] = [
  is.mesh(),
  is.node('other', { listeners: [on(TCP, 'tcp'), HTTP_LISTENER], ...dns('two') }),
  is.service('other.local', { node: 'other' }),
  is.node('target', TARGET),
  is.service('target.local', { node: 'target' }),
  is.gateway('gate', { listeners: [{ portMapping: { port: HTTP, protocol: 'http' } }] }),
  is.gatewayRoute('gate', 'all', {
    httpRoute: { match: { prefix: '/' }, action: { target: { ...target, port: HTTP } } },
  }),
];

/** Creates the scene, and waits until all Envoys are LIVE and requests succeed. */
export async function openStops(name: string, variable: (typeof ENVOYS)[number]): Promise<Scene<StopsHost>> {
  const instance = {
    app: { http: [HTTP], tcp: [TCP] },
    resource: 'mesh/m/virtualNode/target',
    appPorts: [HTTP, TCP],
  };
  const gateway = { resource: 'mesh/m/virtualGateway/gate' };
  const scene = await openScene(name, variable, {
    inputs: () => INPUTS,
    hosts: {
      one: { ...instance, dns: ['target', 'target.local'] },
      two: { ...instance, dns: ['target', 'target.local', 'other.local'] },
      gate: gateway,
      gate2: gateway,
    },
  });
  for (const gate of ['gate', 'gate2'] as const)
    await until(`${gate} serves`, () => serves(scene.actors[gate]));
  return scene;
}

/** Stops an agent, and returns how its drain ended, according to its log. @throws Error if the agent did not stop cleanly */
export async function stopAgent(agent: Program, limitMs = 130_000): Promise<string> {
  const { code } = await agent.stop(limitMs);
  const said = /"msg":"drained: ([^"]+)"/.exec(agent.stderr())?.[1];
  if (code !== 0 || said === undefined) throw new Error(`ended with ${code}\n${agent.stderr()}`);
  return said;
}

/** Restarts the agent of a host, with further variables, and waits until its Envoy serves. */
export async function startAgain(actor: Actor, env: Readonly<Record<string, string>> = {}): Promise<Program> {
  const agent = actor.startAgent(env);
  await until(`${actor.host.name} LIVE`, () => actor.admin().ready());
  await until(`${actor.host.name} serves`, () => serves(actor));
  return agent;
}

async function serves({ host }: Actor): Promise<boolean> {
  const load = startLoad({ hosts: [host.address], port: HTTP, perSecond: 100 });
  await until('some requests', () => load.tally().requests >= 3);
  const { refused, failed } = await load.stop();
  return refused === 0 && Object.keys(failed).length === 0;
}

/** The outcome of stops under load. */
export type StopsTally = LoadTally & {
  readonly stops: number;
  /** Requests of Envoys on connections that were closed before an answer; the Envoys retry them. */
  readonly resets: number;
  /** The number of drains per reason of their end. */
  readonly ends: Readonly<Record<string, number>>;
};

/**
 * The proxies that are stopped. `node`: instances of the virtual node; their callers are Envoys that learn of the stop only through their
 * connections. `gateway`: virtual gateways; their callers retry only a refused connection. `gateway, deregistered`: like `gateway`, but the callers
 * are switched to the other gateway a while after the stop began.
 */
export type Stopped = 'node' | 'gateway' | 'gateway, deregistered';

const RESETS = `cluster.cds_egress_m_target_http_${HTTP}.upstream_cx_destroy_remote_with_active_rq`;
/** The number of requests to both gateways until the callers are switched. */
const REQUESTS_UNTIL_TOLD = 100;

/**
 * Stops two instances alternately, `stops` times, under `perSecond` requests per second, half of which have their own connections.
 */
export async function stopUnderLoad(
  { actors }: Scene<StopsHost>,
  what: Stopped,
  { stops, perSecond, drainSeconds }: { stops: number; perSecond: number; drainSeconds: number },
): Promise<StopsTally> {
  const gates = [actors.gate, actors.gate2];
  const instances = what === 'node' ? [actors.one, actors.two] : gates;
  const env = { LISTENER_DRAIN_WAIT_TIME_S: String(drainSeconds) };
  for (const actor of instances) {
    await stopAgent(actor.agent());
    await startAgain(actor, env);
  }
  const resets = async () => sumOf(await Promise.all(gates.map((gate) => gate.admin().stat(RESETS))));
  const before = what === 'node' ? await resets() : 0;
  const all = gates.map(({ host }) => host.address);
  const options = { hosts: all, port: HTTP, perSecond: perSecond / 2 };
  const loads = [startLoad(options), startLoad({ ...options, fresh: true })];
  const ends: Record<string, number> = {};
  for (let index = 0; index < stops; index += 1) {
    const actor = instances[index % 2] as Actor;
    const stopping = stopAgent(actor.agent());
    if (what === 'gateway, deregistered') {
      const asked = () => sumOf(loads.map((load) => load.tally().requests));
      const enough = asked() + REQUESTS_UNTIL_TOLD;
      await until('requests to both', () => asked() >= enough);
      for (const load of loads) load.ask(all.filter((address) => address !== actor.host.address));
    }
    const how = await stopping;
    ends[how] = (ends[how] ?? 0) + 1;
    await startAgain(actor, env);
    for (const load of loads) load.ask(all);
  }
  const tallies = await Promise.all(loads.map((load) => load.stop()));
  const failed: Record<string, number> = {};
  for (const [outcome, count] of tallies.flatMap((tally) => Object.entries(tally.failed)))
    failed[outcome] = (failed[outcome] ?? 0) + count;
  return {
    stops,
    ends,
    resets: what === 'node' ? (await resets()) - before : 0,
    requests: sumOf(tallies.map(({ requests }) => requests)),
    refused: sumOf(tallies.map(({ refused }) => refused)),
    failed,
  };
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
