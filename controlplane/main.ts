import { formatHostPort } from '../common/host-port.ts';
import type { Log } from '../common/log.ts';
import { meshOwner } from './ads/identity.ts';
import { listenAds } from './ads/listen.ts';
import { openAdsAccess } from './ads/open-ads-access.ts';
import { serveProxies } from './ads/serve-proxies.ts';
import { openAudit } from './audit/open-audit.ts';
import { openAccess } from './auth/open-access.ts';
import { createApi } from './api/api.ts';
import { backupRoute } from './backup/route.ts';
import { configDumpRoute } from './config-dump/route.ts';
import { openDiscovery } from './discovery/discovery.ts';
import { explainRoute } from './explain/route.ts';
import { openLiveModel } from './mesh/live-model.ts';
import { addGauges } from './metrics/gauges.ts';
import { measureApi } from './metrics/measure-api.ts';
import { measureStore } from './metrics/measure-store.ts';
import { createMetrics } from './metrics/metrics.ts';
import type { ControlPlaneSettings } from './settings.ts';
import { statusOf, type Status } from './status.ts';
import { createStopping } from './stopping.ts';
import { openStore } from './store/open-store.ts';
import { openCertificate } from './tls/open-certificate.ts';

/**
 * Runs a control plane until SIGTERM or SIGINT. Once it serves, it prints one line of JSON with its real addresses.
 * Answers the exit code.
 */
export async function runControlPlane(settings: ControlPlaneSettings, log: Log): Promise<number> {
  const { region, quotas, rateLimit } = settings;
  const metrics = createMetrics();
  const access = await openAccess({
    ...settings,
    log,
    onReading: (outcome) => metrics.reading('credentials', outcome),
  });
  const tls =
    settings.tls &&
    (await openCertificate(settings.tls, log, (outcome) => metrics.reading('certificate', outcome)));
  const { admission, ...adsAccess } = await openAdsAccess(settings, {
    signers: access.signers,
    ownerOf: (identity) => meshOwner(live.model, identity),
    log,
    onReading: metrics.reading,
    onRefusal: metrics.refusedStream,
  });
  const store = measureStore(await openStore(settings.store, log), metrics);
  const live = await openLiveModel(store, log);

  const discovery = await openDiscovery(settings.discovery, log, metrics);
  const proxies = serveProxies({ live, discovery, admission, metrics, log });
  const status = (): Status => statusOf(live.model.revision, proxies.xds.streams(), proxies.configs.get);
  addGauges(metrics, { status, certificate: tls?.current, answerAges: discovery.ages });

  const { authenticate } = access;
  const api = createApi({ live, region, log, authenticate, quotas, rateLimit, tls });
  const audit =
    settings.audit === undefined ? undefined : openAudit(api, settings.audit, { region, log, metrics });
  measureApi(api, metrics);
  api.register(backupRoute(store));
  api.register(configDumpRoute(proxies.preview));
  api.register(explainRoute(proxies.preview));
  api.get('/status', { config: { action: 'daybreak:GetStatus' } }, status);

  const stopping = createStopping(api);
  const adsTls = tls && { certificate: tls, clientCa: adsAccess.clientCa };
  const ads = await listenAds(proxies.xds, settings.ads, admission, adsTls);
  const scheme = tls === undefined ? 'http' : 'https';
  await api.listen({ ...settings.api, listenTextResolver: () => `the API listens, over ${scheme}` });
  const { port } = api.server.address() as { port: number };
  const ready = {
    ready: true,
    api: `${scheme}://${formatHostPort({ host: settings.api.host, port })}`,
    ads: formatHostPort(ads.address),
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);

  await stopping.asked(log);
  await ads.stop(settings.drainSeconds * 1000, stopping.hurry);
  await api.close();
  proxies.close();
  await discovery.close();
  await live.close();
  await audit?.close();
  access.close();
  adsAccess.close();
  tls?.close();
  return 0;
}
