import { encodeLoad, SHORTEST_INTERVAL_MS } from '../../common/contracts/agent-channel/load.ts';
import type { Question } from '../../common/contracts/agent-channel/questions.ts';
import type { GrpcServer } from '../../xds/grpc/server.ts';
import { createEnvoyReports } from './envoy-reports.ts';
import { createUnsentLoad } from './unsent-load.ts';

/** Reports of Envoy's load to the control plane, while it watches. */
export type LoadReports = {
  /** Adds Envoy's load reporting service to the agent's socket. */
  readonly addTo: (server: GrpcServer) => void;
  /** The control plane starts or stops asking for reports. */
  readonly watch: (question: Extract<Question, { readonly kind: 'watch load' }>) => void;
  /** The stream to the control plane has ended: it no longer watches. */
  readonly ended: () => void;
};

/** The connection to the control plane. */
export type Sender = {
  /** Whether a message would leave at once: there is a stream, and no message waits for the control plane to read. */
  readonly isReady: () => boolean;
  readonly send: (message: Uint8Array) => void;
};

/** Messages of one report. A report of more clusters continues with the next one. */
const MOST_MESSAGES = 4;

/** Creates the reports. If a message cannot be sent, the next one has its counts too. */
export function createLoadReports({ isReady, send }: Sender): LoadReports {
  const unsent = createUnsentLoad();
  const envoys = createEnvoyReports((report) => {
    unsent.add(report);
    for (let messages = 0; messages < MOST_MESSAGES && isReady(); messages += 1) {
      const load = unsent.take();
      if (load === undefined) return;
      send(encodeLoad(load));
    }
  });

  return {
    addTo: envoys.addTo,
    watch({ intervalMs }) {
      envoys.watch(intervalMs === 0 ? undefined : Math.max(intervalMs, SHORTEST_INTERVAL_MS));
      unsent.restart();
    },
    ended() {
      envoys.watch(undefined);
      unsent.restart();
    },
  };
}
