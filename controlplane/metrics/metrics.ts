import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { SOURCES, type SourceName } from '../discovery/source-names.ts';
import { shortName } from '../../xds/types.ts';

/** What the control plane counts, and the registry that shows it. docs/metrics.md lists all of it. */
export type Metrics = {
  readonly registry: Registry;
  /** A call of the HTTP interface was answered; `operation` is `none` where no route fits. */
  readonly request: (operation: string, status: number, seconds: number) => void;
  /** A commit came back, or failed. */
  readonly commit: (outcome: 'committed' | 'stale' | 'failed', seconds: number) => void;
  /** A response was sent to a proxy. */
  readonly push: (typeUrl: string) => void;
  /** A proxy answered a response: took it, or refused it. */
  readonly answer: (typeUrl: string, isTaken: boolean) => void;
  /** A change has come to a proxy that it touches, so many seconds after the model had it. */
  readonly propagation: (seconds: number) => void;
  /** What became of an audit event. */
  readonly audit: (outcome: 'written' | 'lost' | 'skipped') => void;
  /** Files that are followed were read again. */
  readonly reading: (files: (typeof FOLLOWED)[number], outcome: 'read' | 'refused') => void;
  /** A stream of a proxy was refused, or ended because what it had shown no longer holds. */
  readonly refusedStream: (reason: (typeof STREAM_REFUSALS)[number]) => void;
  /** A proxy's stream was ended because it read nothing of what it was sent. */
  readonly stalledStream: () => void;
  /** A connection was closed because there are too many, or because it did not show who it is. */
  readonly turnedAway: (listener: (typeof LISTENERS)[number], why: (typeof TURNED_AWAY)[number]) => void;
  /** AWS, or a folder in its stead, was asked for something. */
  readonly poll: (source: SourceName, outcome: 'answered' | 'failed') => void;
  /** A number that is asked for when somebody looks; by label where it has one. */
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
const LISTENERS = ['api', 'ads'] as const;
const TURNED_AWAY = ['full', 'replaced', 'silent', 'header'] as const;
const API_BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const PROPAGATION_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const COMMIT_BUCKETS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];

/** Starts counting at zero, with the usual numbers about the process and Node beside ours. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const counter = (name: string, help: string, ...labelNames: string[]): Counter =>
    new Counter({ name: `daybreak_${name}`, help, labelNames, registers });

  const requests = counter(
    'api_requests_total',
    'Calls answered, by operation and HTTP status',
    'operation',
    'status',
  );
  const commits = counter('store_commits_total', 'Commits asked of the store, by outcome', 'outcome');
  const tally = (name: string, help: string): ((typeUrl: string) => void) => typeTally(name, help, registers);
  const refuse = tally('ads_refusals_total', 'Responses that proxies refused, by type of resource');
  const push = tally('ads_pushes_total', 'Responses sent to proxies, by type of resource');
  const acknowledge = tally(
    'ads_acknowledgements_total',
    'Responses that proxies acknowledged, by type of resource',
  );
  const audited = counter('audit_events_total', 'Audit events by outcome', 'outcome');
  const readings = counter('file_readings_total', 'Changed files read again, or refused', 'files', 'outcome');
  const refusedStreams = counter(
    'ads_refused_streams_total',
    'Streams of proxies that were refused, or ended because what they had shown no longer holds',
    'reason',
  );
  const stalledStreams = counter(
    'ads_stalled_streams_total',
    'Streams of proxies that were ended because the proxy read nothing of what it was sent',
  );
  const connections = counter(
    'turned_away_connections_total',
    'Connections that were closed because there are too many, or because they did not show who they are',
    'listener',
    'why',
  );
  const polls = counter(
    'discovery_polls_total',
    'Questions to AWS, or to a folder, by source and outcome',
    'source',
    'outcome',
  );
  const durations = new Histogram({
    name: 'daybreak_api_request_duration_seconds',
    help: 'Time from the head of a request to the end of its answer',
    labelNames: ['operation'],
    buckets: API_BUCKETS,
    registers,
  });
  const commitDurations = new Histogram({
    name: 'daybreak_store_commit_duration_seconds',
    help: 'Time that a commit took, until it was durable',
    buckets: COMMIT_BUCKETS,
    registers,
  });
  const propagations = new Histogram({
    name: 'daybreak_ads_propagation_seconds',
    help: 'Time from a change of the model until a proxy that it touches acknowledged what was made of it',
    buckets: PROPAGATION_BUCKETS,
    registers,
  });
  // From the beginning, so that the first of them is seen as a rise.
  for (const outcome of ['committed', 'stale', 'failed']) commits.inc({ outcome }, 0);
  for (const outcome of ['written', 'lost', 'skipped']) audited.inc({ outcome }, 0);
  for (const outcome of ['read', 'refused']) {
    for (const files of FOLLOWED) readings.inc({ files, outcome }, 0);
  }
  for (const reason of STREAM_REFUSALS) refusedStreams.inc({ reason }, 0);
  for (const listener of LISTENERS) {
    for (const why of TURNED_AWAY) connections.inc({ listener, why }, 0);
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
    answer: (typeUrl, isTaken) => (isTaken ? acknowledge : refuse)(typeUrl),
    propagation: (seconds) => propagations.observe(seconds),
    audit: (outcome) => audited.inc({ outcome }),
    reading: (files, outcome) => readings.inc({ files, outcome }),
    refusedStream: (reason) => refusedStreams.inc({ reason }),
    stalledStream: () => stalledStreams.inc(),
    turnedAway: (listener, why) => connections.inc({ listener, why }),
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

/** A counter by type of what happens to every stream at once: what was counted is handed on when somebody looks. */
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
