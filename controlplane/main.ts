import { formatHostPort } from '../common/addresses/host-port.ts';
import type { Log } from '../common/log.ts';
import { keepOwnerRights } from '../common/process/owner-rights.ts';
import { guardProcess } from '../common/process/guard-process.ts';
import type { SystemdNotifier } from '../common/process/notify-systemd.ts';
import { listenAds, type AdsListener } from './ads/listen.ts';
import type { Context } from './run/context.ts';
import { openApi } from './run/open-api.ts';
import { openBase, type Base } from './run/open-base.ts';
import { openProxies, type ProxySide } from './run/open-proxies.ts';
import { listenOn } from './run/start-error.ts';
import type { ControlPlaneSettings } from './settings.ts';
import { createStopping, endOnSignal, type Stopping } from './stopping.ts';

/**
 * Runs a control plane until SIGTERM or SIGINT. When it is ready, it prints one line of JSON with its actual addresses. `droppedLogBytes`:
 * bytes of the log that were dropped, because its output did not accept them. A failed start closes everything that it opened, and throws.
 * Returns the exit code.
 */
export async function runControlPlane(
  settings: ControlPlaneSettings,
  log: Log,
  systemd: SystemdNotifier,
  droppedLogBytes: () => number = () => 0,
): Promise<number> {
  guardProcess();
  keepOwnerRights();
  await using opened = new AsyncDisposableStack();
  const serving = await start({ settings, log, opened, droppedLogBytes });
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

/** Opens each part in order; they are closed in reverse order. The listeners are opened last: ADS first, because the API says "ready". */
async function start(context: Context): Promise<Serving> {
  const { settings, opened } = context;
  const starting = opened.use(endOnSignal());
  const base = await openBase(context);
  const side = await openProxies(context, base);
  const api = await openApi(context, base, side);
  const stopping = opened.use(createStopping(api));
  starting[Symbol.dispose]();
  const ads = await listenOn('--ads', settings.ads, () => openAds(context, base, side));
  const scheme = base.tls === undefined ? 'http' : 'https';
  // The server is the control plane's own, so fastify takes it for one without TLS.
  const listenTextResolver = (at: string): string => `the API listens on ${at.replace(/^https?/, scheme)}`;
  await listenOn('--api', settings.api, () => api.listen({ ...settings.api, listenTextResolver }));
  const { port } = api.server.address() as { port: number };
  return {
    api: `${scheme}://${formatHostPort({ host: settings.api.host, port })}`,
    ads: formatHostPort(ads.address),
    stopping,
    drain: () => ads.stop(settings.drainSeconds * 1000, stopping.skipDrain),
  };
}

/** Listens for proxies and their agents. */
async function openAds({ settings, opened }: Context, base: Base, side: ProxySide): Promise<AdsListener> {
  const { tls, identities } = base;
  const { adsAccess, agents, proxies } = side;
  const ads = await listenAds(proxies.xds, settings.ads, adsAccess.admission, {
    tls: tls && { certificate: tls, clientCa: adsAccess.clientCa, hasAuthority: identities !== undefined },
    tracker: base.trackers.ads,
    maxAgeMs: settings.maxConnectionAge && settings.maxConnectionAge * 1000,
    services: identities === undefined ? [agents] : [agents, identities],
  });
  opened.defer(() => ads.close());
  return ads;
}
