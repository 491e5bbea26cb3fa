import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { SOURCES, type SourceName } from '../discovery/watch.ts';
import { shortName } from '../../xds/types.ts';

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

const FOLLOWED = ['credentials', 'certificate', 'tokens', 'clientCa'] as const;
const STREAM_REFUSALS = ['unauthenticated', 'denied', 'rate', 'quota', 'malformed'] as const;
const DROPPED_LOAD = ['unasked', 'implausible', 'unknown', 'too many'] as const;
const LISTENERS = ['api', 'ads'] as const;
const CLOSE_REASONS = ['full', 'replaced', 'silent', 'header'] as const;
const API_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const PROPAGATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const COMMIT_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** Creates the metrics at zero, together with the default ones of the process and Node. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = (name: string, help: string, ...labelNames: string[]): Counter =>
    new Counter({ name: `daybreak_${name}`, help, labelNames, registers });

  const requests = counter(
    'api_requests_total',
    'Calls, by operation and HTTP status',
    'operation',
    'status',
  );
  const commits = counter('store_commits_total', 'Commits to the store, by outcome', 'outcome');
  const tally = (name: string, help: string): ((typeUrl: string) => void) => typeTally(name, help, registers);
  const refuse = tally(
    'ads_refusals_total',
    'Responses that proxies answered with a NACK, by type of resource',
  );
  const push = tally('ads_pushes_total', 'Responses sent to proxies, by type of resource');
  const acknowledge = tally(
    'ads_acknowledgements_total',
    'Responses that proxies answered with an ACK, by type of resource',
  );
  const audited = counter('audit_events_total', 'Audit events by outcome', 'outcome');
  const readings = counter('file_readings_total', 'Reloads of changed files, by outcome', 'files', 'outcome');
  const refusedStreams = counter(
    'ads_refused_streams_total',
    'Streams of proxies that were refused, or closed because their credential is no longer valid',
    'reason',
  );
  const stalledStreams = counter(
    'ads_stalled_streams_total',
    'Streams of proxies that were closed because the proxy did not read',
  );
  const connections = counter(
    'turned_away_connections_total',
    'Connections that were closed by a limit, or because they did not authenticate',
    'listener',
    'why',
  );
  const polls = counter(
    'discovery_polls_total',
    'Requests to AWS, or reads of a folder, by source and outcome',
    'source',
    'outcome',
  );
  const attestations = counter(
    'attestations_total',
    'Attempts of agents to prove who they are, by method and outcome: issued, or the code of the refusal',
    'method',
    'outcome',
  );
  const loadReports = counter('load_reports_total', 'Reports of load from agents');
  const droppedLoads = counter(
    'load_reports_dropped_total',
    'Parts of reports of load that are not in the live figures, by reason',
    'reason',
  );
  const durations = new Histogram({
    name: 'daybreak_api_request_duration_seconds',
    help: 'Time from the head of a request to the end of its response',
    labelNames: ['operation'],
    buckets: API_BUCKETS,
    registers,
  });
  const commitDurations = new Histogram({
    name: 'daybreak_store_commit_duration_seconds',
    help: 'Time until a commit was durable',
    buckets: COMMIT_BUCKETS,
    registers,
  });
  const propagations = new Histogram({
    name: 'daybreak_ads_propagation_seconds',
    help: 'Time from a change of the model to the ACK of an affected proxy',
    buckets: PROPAGATION_BUCKETS,
    registers,
  });
  // Initialized to zero, so that the first event shows as an increase.
  for (const outcome of ['committed', 'stale', 'failed']) commits.inc({ outcome }, 0);
  for (const outcome of ['written', 'lost', 'skipped']) audited.inc({ outcome }, 0);
  for (const outcome of ['read', 'refused']) {
    for (const files of FOLLOWED) readings.inc({ files, outcome }, 0);
  }
  for (const reason of STREAM_REFUSALS) refusedStreams.inc({ reason }, 0);
  for (const reason of DROPPED_LOAD) droppedLoads.inc({ reason }, 0);
  for (const listener of LISTENERS) {
    for (const why of CLOSE_REASONS) connections.inc({ listener, why }, 0);
  }
  for (const source of SOURCES) {
    for (const outcome of ['answered', 'failed']) polls.inc({ source, outcome }, 0);
  }
  return {
    registry,
    request: (operation, status, seconds) => {
      requests.inc({ operation, status });
      durations.observe({ operation }, seconds);
    },
    commit: (outcome, seconds) => {
      commits.inc({ outcome });
      commitDurations.observe(seconds);
    },
    push,
    answer: (typeUrl, isAck) => (isAck ? acknowledge : refuse)(typeUrl),
    propagation: (seconds) => propagations.observe(seconds),
    audit: (outcome) => audited.inc({ outcome }),
    reading: (files, outcome) => readings.inc({ files, outcome }),
    refusedStream: (reason) => refusedStreams.inc({ reason }),
    stalledStream: () => stalledStreams.inc(),
    closedConnection: (listener, why) => connections.inc({ listener, why }),
    attestation: (method, outcome) => attestations.inc({ method, outcome }),
    loadReport: () => loadReports.inc(),
    droppedLoad: (reason) => droppedLoads.inc({ reason }),
    poll: (source, outcome) => polls.inc({ source, outcome }),
    gauge: (name, help, collect) => {
      const gauge: Gauge = new Gauge({
        name: `daybreak_${name}`,
        help,
        registers,
        collect: () => gauge.set(collect()),
      });
    },
    gaugeBy: (name, help, label, collect) => {
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

/** A counter by type for frequent events: it sums them in a plain map, and updates the metric on each scrape. */
function typeTally(name: string, help: string, registers: Registry[]): (typeUrl: string) => void {
  const counts = new Map<string, number>();
  const counter: Counter = new Counter({
    name: `daybreak_${name}`,
    help,
    labelNames: ['type'],
    registers,
    collect: () => {
      for (const [typeUrl, count] of counts) counter.inc({ type: shortName(typeUrl) }, count);
      counts.clear();
    },
  });
  return (typeUrl) => void counts.set(typeUrl, (counts.get(typeUrl) ?? 0) + 1);
}
