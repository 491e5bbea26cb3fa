import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { SourceName } from '../discovery/watch.ts';
import {
  createCounters,
  createTypeCounters,
  type CLOSE_REASONS,
  type DROPPED_LOAD,
  type FOLLOWED,
  type LISTENERS,
  type STREAM_REFUSALS,
} from './counters.ts';

/** The control plane's metrics and their registry. docs/metrics.md lists all metrics. */
export type Metrics = {
  readonly registry: Registry;
  /** Counts a call of the HTTP interface; `operation` is `none` if no route matches. */
  readonly request: (operation: string, status: number, seconds: number) => void;
  /** Counts a commit. */
  readonly commit: (outcome: 'committed' | 'stale' | 'failed', seconds: number) => void;
  /** Counts a response to a proxy. */
  readonly push: (typeUrl: string) => void;
  /** Counts an ACK or NACK of a proxy. */
  readonly answer: (typeUrl: string, isAck: boolean) => void;
  /** Records the time from a change of the model to the ACK of an affected proxy. */
  readonly propagation: (seconds: number) => void;
  /** Counts an audit event. */
  readonly audit: (outcome: 'written' | 'lost' | 'skipped') => void;
  /** Counts a reload of watched files. */
  readonly reading: (files: (typeof FOLLOWED)[number], outcome: 'read' | 'refused') => void;
  /** Counts a proxy's stream that was refused, or closed because its credential is no longer valid. */
  readonly refusedStream: (reason: (typeof STREAM_REFUSALS)[number]) => void;
  /** Counts a proxy's stream that was closed because the proxy did not read. */
  readonly stalledStream: () => void;
  /** Counts a connection that was closed by a limit, or because it did not authenticate. */
  readonly closedConnection: (
    listener: (typeof LISTENERS)[number],
    why: (typeof CLOSE_REASONS)[number],
  ) => void;
  /** Counts an attempt of an agent to prove itself. */
  readonly attestation: (method: string, outcome: string) => void;
  /** Counts a request to AWS, or a read of the folder that replaces it. */
  readonly poll: (source: SourceName, outcome: 'answered' | 'failed') => void;
  /** Counts a report of load. */
  readonly loadReport: () => void;
  /** Counts a part of a report of load that is not in the figures. */
  readonly droppedLoad: (reason: (typeof DROPPED_LOAD)[number]) => void;
  /** Adds a gauge that is read on each scrape. `gaugeBy`: by a label. */
  readonly gauge: (name: string, help: string, collect: () => number) => void;
  readonly gaugeBy: (
    name: string,
    help: string,
    label: string,
    collect: () => ReadonlyMap<string, number>,
  ) => void;
};

const API_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const PROPAGATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const COMMIT_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** Creates the metrics at zero, together with the default ones of the process and Node. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const counters = createCounters(registry);
  const types = createTypeCounters(registry);
  const histograms = createHistograms(registry);
  return {
    registry,
    request: (operation, status, seconds) => {
      counters.requests.inc({ operation, status });
      histograms.requests.observe({ operation }, seconds);
    },
    commit: (outcome, seconds) => {
      counters.commits.inc({ outcome });
      histograms.commits.observe(seconds);
    },
    push: types.push,
    answer: (typeUrl, isAck) => (isAck ? types.ack : types.nack)(typeUrl),
    propagation: (seconds) => histograms.propagations.observe(seconds),
    audit: (outcome) => counters.audited.inc({ outcome }),
    reading: (files, outcome) => counters.readings.inc({ files, outcome }),
    refusedStream: (reason) => counters.refusedStreams.inc({ reason }),
    stalledStream: () => counters.stalledStreams.inc(),
    closedConnection: (listener, why) => counters.connections.inc({ listener, why }),
    attestation: (method, outcome) => counters.attestations.inc({ method, outcome }),
    loadReport: () => counters.loadReports.inc(),
    droppedLoad: (reason) => counters.droppedLoads.inc({ reason }),
    poll: (source, outcome) => counters.polls.inc({ source, outcome }),
    ...gaugesOf(registry),
  };
}

function createHistograms(registry: Registry) {
  const registers = [registry];
  return {
    requests: new Histogram({
      name: 'daybreak_api_request_duration_seconds',
      help: 'Time from the head of a request to the end of its response',
      labelNames: ['operation'],
      buckets: API_BUCKETS,
      registers,
    }),
    commits: new Histogram({
      name: 'daybreak_store_commit_duration_seconds',
      help: 'Time until a commit was durable',
      buckets: COMMIT_BUCKETS,
      registers,
    }),
    propagations: new Histogram({
      name: 'daybreak_ads_propagation_seconds',
      help: 'Time from a change of the model to the ACK of an affected proxy',
      buckets: PROPAGATION_BUCKETS,
      registers,
    }),
  };
}

function gaugesOf(registry: Registry): Pick<Metrics, 'gauge' | 'gaugeBy'> {
  const registers = [registry];
  return {
    gauge(name, help, collect) {
      const gauge: Gauge = new Gauge({
        name: `daybreak_${name}`,
        help,
        registers,
        collect: () => gauge.set(collect()),
      });
    },
    gaugeBy(name, help, label, collect) {
      const gauge: Gauge = new Gauge({
        name: `daybreak_${name}`,
        help,
        labelNames: [label],
        registers,
        collect: () => {
          gauge.reset();
          for (const [value, number] of collect()) gauge.set({ [label]: value }, number);
        },
      });
    },
  };
}
