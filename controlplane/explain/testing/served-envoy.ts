import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { listenGrpc } from '../../../xds/grpc/listen.ts';
import { createGrpcServer } from '../../../xds/grpc/server.ts';
import { createXdsServer } from '../../../xds/server.ts';
import type { Snapshot } from '../../../xds/types.ts';
import { bootstrap, ID } from '../../api/properties/testing/live-bootstrap.ts';
import { startEnvoyProcess, WITH_US } from '../../translate/testing/envoy-process.ts';

/** A real Envoy that gets one configuration after the other over ADS. */
export type ServedEnvoy = {
  /** Replaces the configuration. @throws Error with Envoy's reason if it rejects the configuration */
  take(snapshot: Snapshot): Promise<void>;
  close(): Promise<void>;
};

const LIMIT_MS = 120_000;
const POLL_MS = 2;

/** Starts an Envoy as the user that runs the test. @throws Error with its log if it does not connect */
export async function startServedEnvoy(binary: string): Promise<ServedEnvoy> {
  const folder = await mkdtemp(join(tmpdir(), 'served-envoy-'));
  const [ads, sds, admin] = [join(folder, 'ads'), join(folder, 'sds'), join(folder, 'admin')];
  const refusals: string[] = [];
  const control = createXdsServer({
    keyOf: () => ID,
    onAck(_key, { error }) {
      if (error !== undefined) refusals.push(error);
    },
  });
  const server = createGrpcServer();
  control.addTo(server, 'aggregated');
  const listener = await listenGrpc(server, { path: ads });
  const config = JSON.stringify(bootstrap({ ads, sds, admin }));
  const args = ['--drain-time-s', '1', '--log-level', 'error', '--config-yaml', config];
  const envoy = startEnvoyProcess([...WITH_US, binary], args);
  return {
    async take(snapshot) {
      refusals.length = 0;
      control.set(ID, snapshot);
      const end = Date.now() + LIMIT_MS;
      while ([...snapshot.keys()].some((type) => control.settled(ID, type) !== 'acked')) {
        if (refusals.length > 0) throw new Error(`Envoy refuses it: ${refusals.join()}`);
        if (envoy.hasEnded() || Date.now() > end) throw new Error(`Envoy does not take it:\n${envoy.log()}`);
        await sleep(POLL_MS);
      }
    },
    async close() {
      await envoy.kill();
      listener.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
