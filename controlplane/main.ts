import { once } from 'node:events';
import { formatHostPort } from '../common/host-port.ts';
import type { Log } from '../common/log.ts';
import { createXdsServer, type XdsServer } from '../xds/server.ts';
import { listenAds } from './ads/listen.ts';
import { createProxyConfigs } from './ads/proxy-configs.ts';
import { createApi } from './api/api.ts';
import { openLiveModel } from './mesh/live-model.ts';
import type { ControlPlaneSettings } from './settings.ts';
import { statusOf } from './status.ts';
import { openSqliteStore } from './store/sqlite.ts';

/**
 * Runs a control plane until SIGTERM or SIGINT. Once it serves, it prints one line of JSON with its real addresses.
 * Answers the exit code.
 */
export async function runControlPlane(settings: ControlPlaneSettings, log: Log): Promise<number> {
  const { account, region } = settings;
  const store = openSqliteStore({ folder: settings.data });
  const live = await openLiveModel(store, log);

  const configs = createProxyConfigs(live.model, () => xds, log);
  const xds: XdsServer = createXdsServer({
    keyOf: configs.keyOf,
    onStream(event, key, { id }) {
      if (event === 'closed') configs.release(key);
      log.info({ event, proxy: id }, `a proxy's stream was ${event}`);
    },
    onAnswer(key, { typeUrl, version, error }) {
      if (error !== undefined)
        log.error({ key, typeUrl, version, error }, 'a proxy refused its configuration');
    },
  });
  live.onChanges(configs.apply);

  const api = createApi({ live, account, region, log });
  api.get('/status', () => statusOf(live.model.revision, xds.streams(), configs.get));

  const ads = await listenAds(xds, settings.ads);
  await api.listen(settings.api);
  const { port } = api.server.address() as { port: number };
  const ready = {
    ready: true,
    api: `http://${formatHostPort({ host: settings.api.host, port })}`,
    ads: formatHostPort(ads.address),
  };
  process.stdout.write(`${JSON.stringify(ready)}\n`);

  const signal = await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  log.info({ signal: signal[0] as string }, 'stopping');
  await api.close();
  ads.close();
  await live.close();
  return 0;
}
