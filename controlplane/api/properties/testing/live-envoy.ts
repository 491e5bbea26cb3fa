import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Ack } from '../../../../xds/protocol/acks.ts';
import { listenGrpc, type GrpcListener } from '../../../../xds/grpc/listen.ts';
import { createGrpcServer } from '../../../../xds/grpc/server.ts';
import { createXdsServer, type XdsServer } from '../../../../xds/server.ts';
import type { ServiceName } from '../../../../xds/service.ts';
import { CLUSTER, LISTENER, SECRET, type Snapshot } from '../../../../xds/types.ts';
import { request } from '../../../../test/lab/clients/http.ts';
import { typeResources } from '../../../translate/encode.ts';
import { startEnvoyProcess, WITH_US } from '../../../translate/testing/envoy-process.ts';
import { requestedSecrets, type Pem } from './requested-secrets.ts';
import { bootstrap, ID, STATIC_CLUSTERS, type Sockets } from './live-bootstrap.ts';

/** A running Envoy that gets configurations, one after the other. */
export type LiveEnvoy = {
  /**
   * Replaces Envoy's configuration, and waits until Envoy has acknowledged every type, nothing is warming, and it is LIVE.
   * Returns the error of a NACK or time-out, '' if there is none, and NEXT_CHECK if some clusters wait.
   */
  take(snapshot: Snapshot): Promise<string>;
  close(): Promise<void>;
};

/**
 * Some clusters stay warming until their next health check, which may be 300 s away: if the first check fails before the secrets of the
 * cluster have come, as a connection does that has no route, Envoy 1.37 does not count it. Envoy 1.40 does.
 */
export const NEXT_CHECK = 'warming until the next health check';

const START_LIMIT_MS = 120_000;
/** A cluster is warm after its first health check, which may take up to the check's own 60 s. */
const SETTLE_LIMIT_MS = 120_000;
const POLL_MS = 5;

/**
 * Starts an Envoy in an isolated network namespace, with a control plane on a unix socket, and an SDS server on another
 * that has every requested secret. Needs root.
 * @throws Error with Envoy's log if it does not start.
 */
export async function startLiveEnvoy(binary: string, pem: Pem): Promise<LiveEnvoy> {
  const folder = await mkdtemp(join(tmpdir(), 'live-envoy-'));
  const [ads, sds, admin] = [join(folder, 'ads'), join(folder, 'sds'), join(folder, 'admin')];
  const refusals: Ack[] = [];
  const onAck = (_key: string, answer: Ack): void => {
    if (answer.error !== undefined) refusals.push(answer);
  };
  // Longer than every wait here, so that a step that Envoy never acknowledges fails the test.
  const control = createXdsServer({ keyOf: () => ID, onAck, stepTimeoutMs: 2 * SETTLE_LIMIT_MS });
  const secrets = createXdsServer({ keyOf: () => ID, onAck });
  const servers = [await listen(control, ads, ['aggregated']), await listen(secrets, sds, ['secrets'])];
  const config = JSON.stringify(bootstrap({ ads, sds, admin } satisfies Sockets));
  const args = ['--drain-time-s', '1', '--log-level', 'error', '--config-yaml', config];
  const alone = `ip link set lo up && exec ${WITH_US.join(' ')} "$@"`;
  const envoy = startEnvoyProcess(['unshare', '--net', 'sh', '-c', alone, 'sh', binary], args);

  async function stats(): Promise<ReadonlyMap<string, number>> {
    const filter = '^(cluster_manager|listener_manager)\\.|^server\\.state$';
    const body = await read(`stats?filter=${encodeURIComponent(filter)}`);
    const lines = body.split('\n').map((line) => line.split(': '));
    return new Map(lines.map(([name = '', value]): [string, number] => [name, Number(value)]));
  }

  /** Whether each warming cluster has had a health check, which failed. */
  async function waitsForChecks(): Promise<boolean> {
    const warming = await read('config_dump?resource=dynamic_warming_clusters');
    const { configs = [] } = JSON.parse(warming) as { configs?: { cluster: { name: string } }[] };
    const failures = await read(`stats?filter=${encodeURIComponent(String.raw`\.health_check\.failure$`)}`);
    const failed = new Set(failures.split('\n').filter((line) => !line.endsWith(': 0')));
    const names = Array.from(failed, (line) => /^cluster\.(.*)\.health_check\.failure: /.exec(line)?.[1]);
    return configs.length > 0 && configs.every(({ cluster }) => names.includes(cluster.name));
  }

  async function read(path: string): Promise<string> {
    return (await request(`http://envoy/${path}`, { socketPath: admin })).body;
  }

  /** Why Envoy has not finished; '' if it has. */
  async function pending(snapshot: Snapshot): Promise<string> {
    for (const type of snapshot.keys())
      if (control.settled(ID, type) === 'pending') return `${type} is not answered`;
    const got = await stats();
    for (const name of ['cluster_manager.warming_clusters', 'listener_manager.total_listeners_warming'])
      if (got.get(name) !== 0) return `${name} is ${got.get(name)}`;
    // 0 is LIVE.
    if (got.get('server.state') !== 0) return `the server's state is ${got.get('server.state')}`;
    // Envoy also counts the static clusters.
    const clusters = (snapshot.get(CLUSTER)?.resources.size ?? 0) + STATIC_CLUSTERS;
    const listeners = snapshot.get(LISTENER)?.resources.size ?? 0;
    if (got.get('cluster_manager.active_clusters') !== clusters) return `not ${clusters} clusters`;
    if (got.get('listener_manager.total_listeners_active') !== listeners) return `not ${listeners} listeners`;
    return '';
  }

  async function settle(what: () => Promise<string>, limitMs: number): Promise<string> {
    const end = Date.now() + limitMs;
    for (;;) {
      if (envoy.hasEnded()) return `it ended:\n${envoy.log()}`;
      const [refusal] = refusals;
      if (refusal !== undefined) return `${refusal.typeUrl} refused: ${refusal.error}`;
      const why = await what().catch((error: Error) => error.message);
      if (why === '' || Date.now() > end) return why;
      await sleep(POLL_MS);
    }
  }

  async function close(): Promise<void> {
    await envoy.kill();
    for (const server of servers) server.close();
    await rm(folder, { recursive: true, force: true });
  }

  const why = await settle(async () => ((await stats()).size > 0 ? '' : 'no statistics'), START_LIMIT_MS);
  if (why !== '') {
    await close();
    throw new Error(`Envoy does not start: ${why}`);
  }
  return {
    async take(snapshot) {
      refusals.length = 0;
      secrets.set(ID, new Map([[SECRET, typeResources(requestedSecrets(snapshot, pem))]]));
      control.set(ID, snapshot);
      const verdict = await settle(() => pending(snapshot), SETTLE_LIMIT_MS);
      const isLate = verdict !== '' && !envoy.hasEnded() && refusals.length === 0;
      return isLate && (await waitsForChecks()) ? NEXT_CHECK : verdict;
    },
    close,
  };
}

function listen(xds: XdsServer, path: string, services: readonly ServiceName[]): Promise<GrpcListener> {
  const server = createGrpcServer();
  xds.addTo(server, ...services);
  return listenGrpc(server, { path });
}
