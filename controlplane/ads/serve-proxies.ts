import type { Log } from '../../common/log.ts';
import { createXdsServer, type XdsServer } from '../../xds/server.ts';
import { RUNTIME } from '../../xds/types.ts';
import type { Discovery } from '../discovery/discovery.ts';
import type { LiveModel } from '../mesh/live-model.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Admission } from './access/admission.ts';
import { parseIdentity } from './identity.ts';
import type { TranslationSettings } from '../translate/options.ts';
import { paceChanges } from './coalesce-changes.ts';
import { createPreview, type PreviewOf } from './preview.ts';
import { measurePropagation } from './propagation.ts';
import { createProxyConfigs, type ProxyConfigs } from './proxy-configs.ts';

/** All that proxies are served by: the model on one side, their streams on the other. */
export type Proxies = {
  readonly xds: XdsServer;
  readonly configs: ProxyConfigs;
  readonly preview: PreviewOf;
  /** Follows the model no longer. */
  readonly close: () => void;
};

/** What it is made from. */
export type ProxiesOptions = {
  readonly live: LiveModel;
  readonly discovery: Discovery;
  readonly admission: Admission;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly settings: TranslationSettings;
};

/** Joins the model to an ADS server, which nobody can reach yet. */
export function serveProxies(options: ProxiesOptions): Proxies {
  const { live, discovery, admission, metrics, log, settings } = options;
  const propagation = measurePropagation(metrics.propagation, Date.now);
  const configs = createProxyConfigs(live.model, discovery, () => watched, log, settings);
  const xds = createXdsServer({
    keyOf(node, call) {
      const { isIdentified } = admission.admit(call, parseIdentity(node.id));
      return configs.keyOf(node, isIdentified);
    },
    onStream(event, key, { id }) {
      if (event === 'closed') configs.release(key);
      log.info({ event, proxy: id }, `a proxy's stream was ${event}`);
    },
    onStall(key, { id }) {
      metrics.stalledStream();
      log.warn({ key, proxy: id }, 'a proxy read nothing of what it was sent; its stream was ended');
    },
    emptyTypes: [RUNTIME],
    onPush: (_key, typeUrl) => metrics.push(typeUrl),
    onAck(key, answer, stream) {
      const { typeUrl, version, error } = answer;
      metrics.answer(typeUrl, error === undefined);
      propagation.answered(key, answer, stream);
      if (error !== undefined)
        log.error({ key, typeUrl, version, error }, 'a proxy refused its configuration');
    },
  });
  const watched = propagation.watch(xds);
  // Whose mesh a name means may have changed: nobody is to be served another account's in between.
  live.onChanges((changes) => changes.some(({ id }) => id.kind === 'mesh') && admission.recheck(0));
  const pacing = paceChanges(
    (changes, since) => propagation.during(since, () => configs.apply(changes)),
    log,
  );
  live.onChanges(pacing.take);
  return {
    xds,
    configs,
    preview: createPreview(live.model, discovery.peek, configs, admission.asks, settings),
    close: pacing.close,
  };
}
