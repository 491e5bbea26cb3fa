import { openAdsAccess, type AdsAccess } from '../ads/access/open-ads-access.ts';
import { meshOwner } from '../ads/identity.ts';
import { serveProxies, type Proxies } from '../ads/serve-proxies.ts';
import { createAgents, type Agents } from '../agents/agents.ts';
import { createDraining } from '../agents/draining.ts';
import { formerIdentities } from '../agents/modes/former-identities.ts';
import { createModeChanges, type ModeChanges } from '../agents/modes/mode-changes.ts';
import { openInstances, type Instances } from '../agents/facts/open-instances.ts';
import { shareDraining } from '../agents/share-draining.ts';
import { openDiscovery } from '../discovery/discovery.ts';
import { addGauges } from '../metrics/gauges.ts';
import type { ProxyStream } from '../reports/missing.ts';
import { createReports, type Reports } from '../reports/reports.ts';
import { createStatus } from '../status/status-route.ts';
import type { Base } from './open-base.ts';
import type { Context } from './context.ts';
import { openFiles } from './start-error.ts';

/** The parts that serve the proxies and receive the reports of their agents. */
export type ProxySide = {
  readonly proxies: Proxies;
  readonly agents: Agents;
  /** The admission of streams, and the certificate authority of proxies. */
  readonly adsAccess: Omit<AdsAccess, 'close'>;
  /** The instances that accept mutual TLS, and the callers that did not use it. */
  readonly instances: Pick<Instances, 'mutual' | 'plain' | 'hasOthers'>;
  /** The virtual nodes whose mode of mutual TLS changes. */
  readonly modes: ModeChanges;
  readonly reports: Reports;
};

/** Opens the admission of proxies, their configurations, the channel of their agents, and the live figures. It does not listen yet. */
export async function openProxies(context: Context, base: Base): Promise<ProxySide> {
  const { settings, log, opened, droppedLogBytes } = context;
  const { metrics, store, live, identities } = base;
  const adsAccess = await openFiles(() =>
    openAdsAccess(settings, {
      signers: base.access.signers,
      trust: identities?.trust,
      ownerOf: (identity) => meshOwner(live.model, identity),
      log,
      onReading: metrics.reading,
      onRefusal: metrics.refusedStream,
    }),
  );
  opened.defer(adsAccess.close);
  const { admission } = adsAccess;
  identities?.onChange(() => admission.recheck());
  const discovery = await openDiscovery(settings.discovery, log, metrics);
  opened.defer(discovery.close);
  const draining = createDraining();
  const instances = openInstances(live, {
    isShared: identities !== undefined,
    windowSeconds: settings.plaintextWindow,
    log,
  });
  opened.defer(instances.close);
  // Opened before the proxies, so that it knows a change of the mode when they get their configurations.
  const modes = createModeChanges({
    model: live.model,
    onChanges: (listener) => live.onChanges(listener),
    recent: identities === undefined ? [] : await formerIdentities(store, live.model),
    log,
    pending: instances.pending,
  });
  opened.defer(modes.close);
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
    mutual: instances.mutual,
    modes,
    hasOthersElsewhere: instances.hasOthers,
  });
  opened.defer(proxies.close);
  instances.followOthers(proxies.configs);
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
    mutual: instances.mutual,
    plain: instances.plain,
    log,
    renewal: identities?.renewal,
    onConnected: reports.connected,
  });
  identities?.onChange(agents.tellRenewal);
  addGauges(metrics, {
    // Without reports of agents, which no gauge reads.
    status: createStatus(live.model, proxies.xds, proxies.configs),
    certificate: base.tls?.current,
    answerAges: discovery.ages,
    certificateEnds: discovery.ends,
    writeFailure: base.writeFailure,
    droppedLogBytes,
    watchedMeshes: reports.watched,
  });
  return { proxies, agents, adsAccess, instances, modes, reports };
}

/** The connected proxies. Unlike `streams`, without the state of each type, which a reader of figures does not need every five seconds. */
function proxyStreams({ xds, configs }: Proxies): readonly ProxyStream[] {
  return xds.clients().flatMap(({ key, peer }) => {
    const config = configs.get(key);
    return config === undefined ? [] : [{ identity: config.identity, peer }];
  });
}
