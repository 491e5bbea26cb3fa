import type { Status } from '../status.ts';
import type { ServerCertificate } from '../tls/server-certificate.ts';
import type { Metrics } from './metrics.ts';

/** What there is to be asked. `certificate` is undefined where there is no TLS. */
export type GaugeSources = {
  readonly status: () => Status;
  readonly certificate: (() => ServerCertificate) | undefined;
};

/** Adds the numbers that are not counted but looked up. */
export function addGauges(metrics: Metrics, { status, certificate }: GaugeSources): void {
  metrics.gauge('store_revision', 'Revision of the last change to the model', () => status().revision);
  metrics.gaugeBy('ads_streams', 'Connected proxies, by how they stand with the model', 'state', () => {
    const states = new Map<string, number>();
    for (const { state } of status().proxies) states.set(state, (states.get(state) ?? 0) + 1);
    return states;
  });
  if (certificate === undefined) return;
  metrics.gauge(
    'tls_certificate_expiry_timestamp_seconds',
    'When the certificate of the listeners expires, in seconds since 1970',
    () => certificate().notAfter / 1000,
  );
}
