import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IdentityPlane } from '../../test/identity/testing/identity-plane.ts';
import { openTestAgent } from '../../test/identity/testing/test-agent.ts';

/** Latencies that other clients of the control plane see meanwhile, in milliseconds. */
export type Probes = {
  /** The latencies of a read by the API, twice a second. */
  readonly reads: readonly number[];
  /** From the call that changes a virtual node until its proxy has the new configuration, each second. */
  readonly pushes: readonly number[];
  /** The longest delay of this process's own event loop, which the two others include. */
  readonly ownDelay: () => number;
  /** Ends the probes. Rejects if one has failed. */
  readonly stop: () => Promise<void>;
};

const READ_EVERY_MS = 500;
const CHANGE_EVERY_MS = 1000;
/** The longest wait for a push, in milliseconds. */
const PUSH_LIMIT_MS = 30_000;
const NODE = 'probe';
const NODES = '/v20190125/meshes/m/virtualNodes';

/** Starts them, with a virtual node and an agent of their own. */
export async function startProbes(plane: IdentityPlane): Promise<Probes> {
  await plane.call('PUT', NODES, { virtualNodeName: NODE, spec: specOf(1) });
  let arrived: (() => void) | undefined;
  const agent = await openTestAgent(plane, {
    node: `mesh/m/virtualNode/${NODE}`,
    token: await plane.joinToken(NODE),
    onUpdate: () => arrived?.(),
  });
  await agent.connect();
  const delay = monitorEventLoopDelay({ resolution: 10 });
  delay.enable();
  const reads: number[] = [];
  const pushes: number[] = [];
  const over = new AbortController();

  async function read(): Promise<void> {
    while (!over.signal.aborted) {
      reads.push(await timed(() => plane.call('GET', `${NODES}/${NODE}`)));
      await sleep(READ_EVERY_MS);
    }
  }

  async function change(): Promise<void> {
    for (let port = 2; !over.signal.aborted; port += 1) {
      const { promise, resolve } = Promise.withResolvers<void>();
      arrived = resolve;
      pushes.push(
        await timed(async () => {
          await plane.call('PUT', `${NODES}/${NODE}`, { spec: specOf(port) });
          await Promise.race([promise, late(agent.reason)]);
        }),
      );
      await sleep(CHANGE_EVERY_MS);
    }
  }

  let failure: unknown;
  const failed = (error: unknown): void => void (failure ??= error);
  const probes = [read().catch(failed), change().catch(failed)];
  return {
    reads,
    pushes,
    ownDelay: () => delay.max / 1e6,
    async stop() {
      over.abort();
      await Promise.all(probes);
      delay.disable();
      agent.close();
      if (failure !== undefined) throw failure;
    },
  };
}

function specOf(port: number): object {
  return {
    listeners: [{ portMapping: { port, protocol: 'http' } }],
    serviceDiscovery: { dns: { hostname: 'probe.example' } },
  };
}

async function late(reason: () => string): Promise<never> {
  await sleep(PUSH_LIMIT_MS, undefined, { ref: false });
  throw new Error(`a change did not reach its proxy within ${PUSH_LIMIT_MS / 1000} s: ${reason()}`);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
