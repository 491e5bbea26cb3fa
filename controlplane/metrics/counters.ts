import { Counter, type Registry } from 'prom-client';
import { SOURCES } from '../discovery/watch.ts';
import { shortName } from '../../xds/types.ts';

// Values of labels that are known in advance.
export const FOLLOWED = ['credentials', 'certificate', 'tokens', 'clientCa'] as const;
export const STREAM_REFUSALS = ['unauthenticated', 'denied', 'rate', 'quota', 'malformed'] as const;
export const DROPPED_LOAD = ['unasked', 'implausible', 'unknown', 'too many'] as const;
export const LISTENERS = ['api', 'ads'] as const;
export const CLOSE_REASONS = ['full', 'replaced', 'silent', 'header'] as const;

/**
 * A counter. `labels`: the values that are known in advance. Each combination of them starts at zero, so that the first event shows as an
 * increase; a counter with a label without known values (ANY) starts without series.
 */
type CounterText = {
  readonly name: string;
  readonly help: string;
  readonly labels: Readonly<Record<string, readonly string[]>>;
};

const ANY: readonly string[] = [];

const COUNTERS = {
  requests: {
    name: 'api_requests_total',
    help: 'Calls, by operation and HTTP status',
    labels: { operation: ANY, status: ANY },
  },
  commits: {
    name: 'store_commits_total',
    help: 'Commits to the store, by outcome',
    labels: { outcome: ['committed', 'stale', 'failed'] },
  },
  audited: {
    name: 'audit_events_total',
    help: 'Audit events by outcome',
    labels: { outcome: ['written', 'lost', 'skipped'] },
  },
  readings: {
    name: 'file_readings_total',
    help: 'Reloads of changed files, by outcome',
    labels: { files: FOLLOWED, outcome: ['read', 'refused'] },
  },
  refusedStreams: {
    name: 'ads_refused_streams_total',
    help: 'Streams of proxies that were refused, or closed because their credential is no longer valid',
    labels: { reason: STREAM_REFUSALS },
  },
  stalledStreams: {
    name: 'ads_stalled_streams_total',
    help: 'Streams of proxies that were closed because the proxy did not read',
    labels: {},
  },
  connections: {
    name: 'turned_away_connections_total',
    help: 'Connections that were closed by a limit, or because they did not authenticate',
    labels: { listener: LISTENERS, why: CLOSE_REASONS },
  },
  polls: {
    name: 'discovery_polls_total',
    help: 'Requests to AWS, or reads of a folder, by source and outcome',
    labels: { source: SOURCES, outcome: ['answered', 'failed'] },
  },
  attestations: {
    name: 'attestations_total',
    help: 'Attempts of agents to prove who they are, by method and outcome: issued, or the code of the refusal',
    labels: { method: ANY, outcome: ANY },
  },
  loadReports: { name: 'load_reports_total', help: 'Reports of load from agents', labels: {} },
  droppedLoads: {
    name: 'load_reports_dropped_total',
    help: 'Parts of reports of load that are not in the live figures, by reason',
    labels: { reason: DROPPED_LOAD },
  },
} satisfies Readonly<Record<string, CounterText>>;

/** Creates all counters, at zero. */
export function createCounters(registry: Registry): Readonly<Record<keyof typeof COUNTERS, Counter>> {
  const create = ({ name, help, labels }: CounterText): Counter => {
    const labelNames = Object.keys(labels);
    const counter = new Counter({ name: `daybreak_${name}`, help, labelNames, registers: [registry] });
    for (const each of labelNames.length === 0 ? [] : combinations(labels)) counter.inc(each, 0);
    return counter;
  };
  return {
    requests: create(COUNTERS.requests),
    commits: create(COUNTERS.commits),
    audited: create(COUNTERS.audited),
    readings: create(COUNTERS.readings),
    refusedStreams: create(COUNTERS.refusedStreams),
    stalledStreams: create(COUNTERS.stalledStreams),
    connections: create(COUNTERS.connections),
    polls: create(COUNTERS.polls),
    attestations: create(COUNTERS.attestations),
    loadReports: create(COUNTERS.loadReports),
    droppedLoads: create(COUNTERS.droppedLoads),
  };
}

/** Creates the counters of responses by type of resource. */
export function createTypeCounters(registry: Registry) {
  const create = (name: string, help: string): ((typeUrl: string) => void) => typeTally(name, help, registry);
  return {
    push: create('ads_pushes_total', 'Responses sent to proxies, by type of resource'),
    ack: create(
      'ads_acknowledgements_total',
      'Responses that proxies answered with an ACK, by type of resource',
    ),
    nack: create('ads_refusals_total', 'Responses that proxies answered with a NACK, by type of resource'),
  };
}

/** Returns every combination of the values of the labels; none if a label has no values. */
function combinations(labels: CounterText['labels']): readonly Readonly<Record<string, string>>[] {
  return Object.entries(labels).reduce<readonly Readonly<Record<string, string>>[]>(
    (found, [label, values]) => found.flatMap((each) => values.map((value) => ({ ...each, [label]: value }))),
    [{}],
  );
}

/** A counter by type for frequent events: it sums them in a plain map, and updates the metric on each scrape. */
function typeTally(name: string, help: string, registry: Registry): (typeUrl: string) => void {
  const counts = new Map<string, number>();
  const counter: Counter = new Counter({
    name: `daybreak_${name}`,
    help,
    labelNames: ['type'],
    registers: [registry],
    collect: () => {
      for (const [typeUrl, count] of counts) counter.inc({ type: shortName(typeUrl) }, count);
      counts.clear();
    },
  });
  return (typeUrl) => void counts.set(typeUrl, (counts.get(typeUrl) ?? 0) + 1);
}
