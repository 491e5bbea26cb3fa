import { guardProcess } from '../common/process/guard-process.ts';
import { hostname } from 'node:os';
import { formatHostPort } from '../common/addresses/host-port.ts';
import type { Log } from '../common/log.ts';
import { meshOwner } from './ads/identity.ts';
import { listenAds } from './ads/listen.ts';
import { openAdsAccess } from './ads/access/open-ads-access.ts';
import { serveProxies, type Proxies } from './ads/serve-proxies.ts';
import { accessRoute } from './authorization/route.ts';
import { createAgents } from './agents/agents.ts';
import { createDraining } from './agents/draining.ts';
import { createMutualInstances } from './agents/mutual-instances.ts';
import { createPlainCallers } from './agents/plain-callers.ts';
import { plaintextRoute } from './agents/plaintext-route.ts';
import { shareDraining } from './agents/share-draining.ts';
import { openAudit } from './audit/open-audit.ts';
import { openAccess } from './auth/open-access.ts';
import { createApi } from './api/api.ts';
import { backupRoute } from './backup/route.ts';
import { loadConsole } from './console/load.ts';
import { configDumpRoute } from './config-dump/route.ts';
import { guardApi } from './connections/guard-api.ts';
import { openConnectionTrackers } from './connections/open-connection-trackers.ts';
import { openDiscovery } from './discovery/discovery.ts';
import { loadIdentities } from './identity/load.ts';
import { createEnvoysOf } from './explain/connected-envoys.ts';
import { createAdmissions } from './explain/admission.ts';
import { explainRoute } from './explain/route.ts';
import { openLiveModel } from './mesh/live-model.ts';
import { addGauges } from './metrics/gauges.ts';
import { measureApi } from './metrics/measure-api.ts';
import { measureStore } from './metrics/measure-store.ts';
import { createMetrics } from './metrics/metrics.ts';
import type { SystemdNotifier } from '../common/process/notify-systemd.ts';
import type { ControlPlaneSettings } from './settings.ts';
import { latenciesRoute } from './reports/latencies-route.ts';
import type { ProxyStream } from './reports/missing.ts';
import { createLongRange } from './reports/prometheus.ts';
import { createReports } from './reports/reports.ts';
import { reportsRoutes } from './reports/routes.ts';
import { createStatus, statusRoute } from './status/status-route.ts';
import { createStopping, endOnSignal, type Stopping } from './stopping.ts';
import { openStore } from './store/open-store.ts';
import { watchWrites } from './store/watch-writes.ts';
import { openCertificate } from './tls/open-certificate.ts';

/**
 * Runs a control plane until SIGTERM or SIGINT. When it is ready, it prints one line of JSON with its actual addresses.
 * `droppedLogBytes`: bytes of the log that its output did not take. A failed start closes everything that it opened, and throws.
 * Returns the exit code.
 */
export async function runControlPlane(
  settings: ControlPlaneSettings,
  log: Log,
  systemd: SystemdNotifier,
  droppedLogBytes: () => number = () => 0,
): Promise<number> {
  guardProcess();
  await using opened = new AsyncDisposableStack();
  const serving = await start(settings, log, opened, droppedLogBytes);
  process.stdout.write(`${JSON.stringify({ ready: true, api: serving.api, ads: serving.ads })}\n`);
  systemd.ready(`serves the API at ${serving.api}, ADS at ${serving.ads}`);
  await serving.stopping.requested(log);
  await serving.drain();
  return 0;
}

/** A running control plane. */
type Serving = {
  /** The API's URL with its actual port, e.g. `https://127.0.0.1:8080`. */
  readonly api: string;
  /** The address of ADS with its actual port, e.g. `127.0.0.1:18000`. */
  readonly ads: string;
  readonly stopping: Stopping;
  /** Accepts no new proxies and drains the connected ones, within the time limit of the settings. */
  readonly drain: () => Promise<void>;
};

/** Opens each part in order; they are closed in reverse order. The listeners are opened last. */
async function start(
  settings: ControlPlaneSettings,
  log: Log,
  opened: AsyncDisposableStack,
  droppedLogBytes: () => number,
): Promise<Serving> {
  const { region, quotas, rateLimit } = settings;
  const starting = opened.use(endOnSignal());
  const metrics = createMetrics();
  const trackers = openConnectionTrackers(settings, log, metrics);
  const access = await openAccess({
    ...settings,
    log,
    onReading: (outcome) => metrics.reading('credentials', outcome),
  });
  opened.defer(access.close);
  const tls =
    settings.tls &&
    (await openCertificate(settings.tls, log, (outcome) => metrics.reading('certificate', outcome)));
  opened.defer(() => tls?.close());
  const engine = await openStore(settings.store, log, settings.acceptLoss ? 'accept' : 'refuse');
  opened.defer(() => engine.close());
  const { store, ...writes } = watchWrites(measureStore(engine, metrics), log);
  opened.defer(writes.close);
  const live = await openLiveModel(store, log);
  opened.defer(() => live.close());
  const identities =
    settings.identity &&
    (await (
      await loadIdentities()
    ).openIdentities(settings.identity, {
      live,
      signers: access.signers,
      region,
      log,
      onOutcome: metrics.attestation,
    }));
  opened.defer(() => identities?.close());
  const { admission, ...adsAccess } = await openAdsAccess(settings, {
    signers: access.signers,
    trust: identities?.trust,
    ownerOf: (identity) => meshOwner(live.model, identity),
    log,
    onReading: metrics.reading,
    onRefusal: metrics.refusedStream,
  });
  opened.defer(adsAccess.close);
  identities?.onChange(() => admission.recheck());
  const discovery = await openDiscovery(settings.discovery, log, metrics);
  opened.defer(discovery.close);
  const draining = createDraining();
  const mutual = createMutualInstances();
  const plain = createPlainCallers(settings.plaintextWindow * 1000);
  const drainingOfReplicas = shareDraining(draining, store, log);
  opened.defer(drainingOfReplicas.close);
  const proxies = serveProxies({
    live,
    discovery,
    admission,
    metrics,
    log,
    settings: settings.translation,
    draining,
    mutual,
  });
  opened.defer(proxies.close);
  const reports = createReports({
    model: live.model,
    streams: () => proxyStreams(proxies),
    store,
    log,
    onReport: metrics.loadReport,
    onDrop: metrics.droppedLoad,
  });
  opened.defer(reports.close);
  const agents = createAgents({
    admission,
    model: live.model,
    draining: drainingOfReplicas,
    mutual,
    plain,
    log,
    renewal: identities?.renewal,
    onConnected: reports.connected,
  });
  identities?.onChange(agents.tellRenewal);
  addGauges(metrics, {
    // Without reports of agents, which no gauge reads.
    status: createStatus(live.model, proxies.xds, proxies.configs),
    certificate: tls?.current,
    answerAges: discovery.ages,
    certificateEnds: discovery.ends,
    writeFailure: writes.failure,
    droppedLogBytes,
    watchedMeshes: reports.watched,
  });

  const authenticate = identities?.authenticate ?? access.authenticate;
  const console = settings.console
    ? (await loadConsole()).createConsole({
        signers: access.signers,
        account: settings.account,
      })
    : undefined;
  const hosts = [hostname(), ...settings.apiHosts];
  const api = createApi({
    live,
    region,
    log,
    authenticate,
    ...(console === undefined
      ? {}
      : {
          callerOfPage: console.callerOfPage,
          furtherRoutes: (services) => async (app) => {
            await app.register(console.routes(services, store));
            await app.register(console.proxyRoutes(services, proxies));
          },
        }),
    quotas,
    plainFacts: (node) => ({ callers: plain.of(node), others: proxies.configs.hasOthers(node) }),
    rateLimit,
    hosts,
    tls,
    writeFailure: writes.failure,
  });
  if (settings.audit !== undefined) {
    const audit = openAudit(api, settings.audit, { region, log, metrics });
    opened.defer(audit.close);
  }
  opened.defer(() => api.close());
  guardApi(api, trackers.api);
  measureApi(api, metrics);
  api.register(backupRoute(store));
  api.register(configDumpRoute(proxies.preview));
  const envoysOf = createEnvoysOf(live.model, proxies.xds, proxies.configs);
  const admissionsOf = createAdmissions({
    model: live.model,
    dependents: proxies.configs.dependents,
    trustDomain: settings.translation.trustDomain,
  });
  api.register(explainRoute(proxies.preview, envoysOf, admissionsOf));
  api.register(accessRoute(live, agents.refusalsOf));
  api.register(
    reportsRoutes({
      reports,
      model: live.model,
      mostStreams: Math.ceil(settings.connections.api.all / 4),
      longRange:
        settings.prometheus === undefined
          ? undefined
          : createLongRange({ url: settings.prometheus, model: live.model }),
    }),
  );
  api.register(latenciesRoute({ reports, model: live.model }));
  api.register(statusRoute(createStatus(live.model, proxies.xds, proxies.configs, agents)));

  const stopping = opened.use(createStopping(api));
  starting[Symbol.dispose]();
  if (identities !== undefined) {
    api.register(identities.routes);
    api.register(
      plaintextRoute({
        model: live.model,
        callers: plain,
        hasOthers: proxies.configs.hasOthers,
        proxyAt: agents.proxyAt,
        window: settings.plaintextWindow,
      }),
    );
  }
  const adsTls = tls && { certificate: tls, clientCa: adsAccess.clientCa, roots: identities?.tlsRoots };
  const tracker = trackers.ads;
  const maxAgeMs = settings.maxConnectionAge && settings.maxConnectionAge * 1000;
  const ads = await listenAds(proxies.xds, settings.ads, admission, {
    tls: adsTls,
    tracker,
    maxAgeMs,
    services: identities === undefined ? [agents] : [agents, identities],
  });
  opened.defer(() => ads.close());
  const scheme = tls === undefined ? 'http' : 'https';
  await api.listen({ ...settings.api, listenTextResolver: (at) => `the API listens on ${at}` });
  const { port } = api.server.address() as { port: number };
  return {
    api: `${scheme}://${formatHostPort({ host: settings.api.host, port })}`,
    ads: formatHostPort(ads.address),
    stopping,
    drain: () => ads.stop(settings.drainSeconds * 1000, stopping.skipDrain),
  };
}

function proxyStreams({ xds, configs }: Proxies): readonly ProxyStream[] {
  // Unlike `streams`, without the state of each type, which a reader of figures does not need every five seconds.
  return xds.clients().flatMap(({ key, peer }) => {
    const config = configs.get(key);
    return config === undefined ? [] : [{ identity: config.identity, peer }];
  });
}
