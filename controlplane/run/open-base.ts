import { openAccess, type Access } from '../auth/open-access.ts';
import { openConnectionTrackers } from '../connections/open-connection-trackers.ts';
import type { Identities } from '../identity/identity.ts';
import { loadIdentities } from '../identity/load.ts';
import { openLiveModel, type LiveModel } from '../mesh/live-model.ts';
import { measureStore } from '../metrics/measure-store.ts';
import { createMetrics, type Metrics } from '../metrics/metrics.ts';
import { openStore } from '../store/open-store.ts';
import type { Store } from '../store/store.ts';
import { watchWrites } from '../store/watch-writes.ts';
import { openCertificate } from '../tls/open-certificate.ts';
import type { Context } from './context.ts';
import { openFiles } from './start-error.ts';

/** The parts that the API and the proxies share. */
export type Base = {
  readonly metrics: Metrics;
  readonly trackers: ReturnType<typeof openConnectionTrackers>;
  /** The users of the API. */
  readonly access: Access;
  /** The certificate of both listeners; undefined without TLS. */
  readonly tls: Awaited<ReturnType<typeof openCertificate>> | undefined;
  readonly store: Store;
  /** Why the store refuses writes; undefined if it accepts them. */
  readonly writeFailure: () => Error | undefined;
  readonly live: LiveModel;
  /** The authority of the trust domain; undefined without one. */
  readonly identities: Identities | undefined;
};

/** Opens the store, the model in memory, and the credentials of users. */
export async function openBase({ settings, log, opened }: Context): Promise<Base> {
  const metrics = createMetrics();
  const trackers = openConnectionTrackers(settings, log, metrics);
  const access = await openFiles(() =>
    openAccess({ ...settings, log, onReading: (outcome) => metrics.reading('credentials', outcome) }),
  );
  opened.defer(access.close);
  const { tls: files } = settings;
  const tls =
    files &&
    (await openFiles(() =>
      openCertificate(files, log, (outcome) => metrics.reading('certificate', outcome)),
    ));
  opened.defer(() => tls?.close());
  const engine = await openStore(settings.store, log, settings.acceptLoss ? 'accept' : 'refuse');
  opened.defer(() => engine.close());
  const { store, failure, close } = watchWrites(measureStore(engine, metrics), log);
  opened.defer(close);
  const live = await openLiveModel(store, log);
  opened.defer(() => live.close());
  const base = { metrics, trackers, access, tls, store, writeFailure: failure, live };
  if (settings.identity === undefined) return { ...base, identities: undefined };
  const { openIdentities } = await loadIdentities();
  const identities = await openIdentities(settings.identity, {
    live,
    signers: access.signers,
    region: settings.region,
    log,
    onOutcome: metrics.attestation,
  });
  opened.defer(() => identities.close());
  return { ...base, identities };
}
