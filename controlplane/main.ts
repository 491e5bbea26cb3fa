import { once } from 'node:events';
import { formatHostPort } from '../common/host-port.ts';
import type { Log } from '../common/log.ts';
import { createXdsServer, type XdsServer } from '../xds/server.ts';
import { listenAds } from './ads/listen.ts';
import { createProxyConfigs } from './ads/proxy-configs.ts';
import { openAudit } from './audit/open-audit.ts';
import { openAccess } from './auth/open-access.ts';
import { createApi } from './api/api.ts';
import { backupRoute } from './backup/route.ts';
import { openLiveModel } from './mesh/live-model.ts';
import { addGauges } from './metrics/gauges.ts';
import { measureApi } from './metrics/measure-api.ts';
import { measureStore } from './metrics/measure-store.ts';
import { createMetrics } from './metrics/metrics.ts';
import type { ControlPlaneSettings } from './settings.ts';
import { statusOf, type Status } from './status.ts';
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
  const store = measureStore(await openStore(settings.store, log), metrics);
  const live = await openLiveModel(store, log);

  const configs = createProxyConfigs(live.model, () => xds, log);
  const xds: XdsServer = createXdsServer({
    keyOf: configs.keyOf,
    onStream(event, key, { id }) {
      if (event === 'closed') configs.release(key);
      log.info({ event, proxy: id }, `a proxy's stream was ${event}`);
    },
    onAnswer(key, { typeUrl, version, error }) {
      if (error === undefined) return;
      metrics.refusal(typeUrl.split('.').at(-1) ?? typeUrl);
      log.error({ key, typeUrl, version, error }, 'a proxy refused its configuration');
    },
  });
  live.onChanges(configs.apply);

  const status = (): Status => statusOf(live.model.revision, xds.streams(), configs.get);
  addGauges(metrics, { status, certificate: tls?.current });

  const { authenticate } = access;
  const api = createApi({ live, region, log, authenticate, quotas, rateLimit, tls });
  const audit =
    settings.audit === undefined ? undefined : openAudit(api, settings.audit, { region, log, metrics });
  measureApi(api, metrics);
  api.register(backupRoute(store));
  api.get('/status', { config: { action: 'daybreak:GetStatus' } }, status);

  const ads = await listenAds(xds, settings.ads, tls);
  const scheme = tls === undefined ? 'http' : 'https';
  await api.listen({ ...settings.api, listenTextResolver: () => `the API listens, over ${scheme}` });
  const { port } = api.server.address() as { port: number };
  const ready = {
    ready: true,
    api: `${scheme}://${formatHostPort({ host: settings.api.host, port })}`,
    ads: formatHostPort(ads.address),
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);

  const signal = await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  log.info({ signal: signal[0] as string }, 'stopping');
  await api.close();
  ads.close();
  await live.close();
  await audit?.close();
  access.close();
  tls?.close();
  return 0;
}
