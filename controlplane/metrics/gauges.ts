import type { Status } from '../status/status.ts';
import type { ServerCertificate } from '../tls/server-certificate.ts';
import type { Metrics } from './metrics.ts';

/** What there is to be asked. `certificate` is undefined where there is no TLS; ages are in seconds. */
export type GaugeSources = {
  readonly status: () => Status;
  readonly certificate: (() => ServerCertificate) | undefined;
  readonly answerAges: () => ReadonlyMap<string, number>;
  /** When certificates end that proxies are served, in seconds since 1970, by ARN. */
  readonly certificateEnds: () => ReadonlyMap<string, number>;
  /** Why the store does not take writes; undefined where it does. */
  readonly writeFailure: () => Error | undefined;
};

/** Adds the numbers that are not counted but looked up. */
export function addGauges(
  metrics: Metrics,
  { status, certificate, answerAges, certificateEnds, writeFailure }: GaugeSources,
): void {
  metrics.gauge('store_revision', 'Revision of the last change to the model', () => status().revision);
  metrics.gauge('store_writable', '0 from a commit that failed until a write succeeds, else 1', () =>
    writeFailure() === undefined ? 1 : 0,
  );
  metrics.gaugeBy('ads_streams', 'Connected proxies, by how they stand with the model', 'state', () => {
    const states = new Map<string, number>();
    for (const { state } of status().proxies) states.set(state, (states.get(state) ?? 0) + 1);
    return states;
  });
  metrics.gaugeBy(
    'model_problems',
    'Parts of the model without effect on a connected proxy, by its resource; those that have none are not there',
    'resource',
    () => {
      const found = status().proxies.filter(({ problems }) => problems.length > 0);
      return new Map(found.map(({ resource, problems }) => [resource, problems.length]));
    },
  );
  metrics.gaugeBy(
    'discovery_answer_age_seconds',
    'Age of the oldest answer in use from AWS, by what it is',
    'what',
    answerAges,
  );
  metrics.gaugeBy(
    'served_certificate_expiry_timestamp_seconds',
    'When a certificate or an authority that proxies are served expires, in seconds since 1970, by its ARN',
    'arn',
    certificateEnds,
  );
  if (certificate === undefined) return;
  metrics.gauge(
    'tls_certificate_expiry_timestamp_seconds',
    'When the certificate of the listeners expires, in seconds since 1970',
    () => certificate().notAfter / 1000,
  );
}
