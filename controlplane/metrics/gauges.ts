import type { Status } from '../status/status.ts';
import type { ServerCertificate } from '../tls/server-certificate.ts';
import type { Metrics } from './metrics.ts';

/** The sources of the gauges. `certificate` is undefined without TLS; ages are in seconds. */
export type GaugeSources = {
  readonly status: () => Status;
  readonly certificate: (() => ServerCertificate) | undefined;
  readonly answerAges: () => ReadonlyMap<string, number>;
  /** The expiry of the certificates that proxies are served, in seconds since 1970, by ARN. */
  readonly certificateEnds: () => ReadonlyMap<string, number>;
  /** Why the store refuses writes; undefined if it accepts them. */
  readonly writeFailure: () => Error | undefined;
  /** Bytes of the log that were dropped. */
  readonly droppedLogBytes: () => number;
  /** Meshes whose agents report load. */
  readonly watchedMeshes: () => number;
};

/** Adds the gauges, which are read on each scrape. */
export function addGauges(
  metrics: Metrics,
  {
    status: currentStatus,
    certificate,
    answerAges,
    certificateEnds,
    writeFailure,
    droppedLogBytes,
    watchedMeshes,
  }: GaugeSources,
): void {
  const status = oncePerScrape(currentStatus);
  metrics.gauge(
    'log_dropped_bytes',
    'Bytes of the log since the start that were dropped, because its reader is too slow',
    droppedLogBytes,
  );
  metrics.gauge(
    'watched_meshes',
    'Meshes whose agents report load, because a reader of live figures asked within 30 seconds',
    watchedMeshes,
  );
  metrics.gauge('store_revision', 'Revision of the last change to the model', () => status().revision);
  metrics.gauge('store_writable', '0 from a failed commit until the next successful write, else 1', () =>
    writeFailure() === undefined ? 1 : 0,
  );
  metrics.gaugeBy('ads_streams', 'Connected proxies, by state', 'state', () => {
    const states = new Map<string, number>();
    for (const { state } of status().proxies) states.set(state, (states.get(state) ?? 0) + 1);
    return states;
  });
  metrics.gaugeBy(
    'model_problems',
    'Parts of the model without effect on a connected proxy, by its resource; absent without problems',
    'resource',
    () => {
      const found = status().proxies.filter(({ problems }) => problems.length > 0);
      return new Map(found.map(({ resource, problems }) => [resource, problems.length]));
    },
  );
  metrics.gaugeBy(
    'discovery_answer_age_seconds',
    'Age of the oldest cached AWS response in use, by kind',
    'what',
    answerAges,
  );
  metrics.gaugeBy(
    'served_certificate_expiry_timestamp_seconds',
    'Expiry of a certificate or authority that proxies are served, in seconds since 1970, by its ARN',
    'arn',
    certificateEnds,
  );
  if (certificate === undefined) return;
  metrics.gauge(
    'tls_certificate_expiry_timestamp_seconds',
    "Expiry of the listeners' certificate, in seconds since 1970",
    () => certificate().notAfter / 1000,
  );
}

/** Shares one result among the gauges of a scrape, which are all read without a pause: the status of thousands of proxies takes a while. */
function oncePerScrape<T>(read: () => T): () => T {
  let shared: { readonly value: T } | undefined;
  return () => {
    if (shared === undefined) {
      shared = { value: read() };
      queueMicrotask(() => (shared = undefined));
    }
    return shared.value;
  };
}
