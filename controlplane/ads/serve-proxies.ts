import { coded } from '../codes.ts';
import type { Log } from '../../common/log.ts';
import { createXdsServer, type XdsServer } from '../../xds/server.ts';
import { RUNTIME } from '../../xds/types.ts';
import type { Draining } from '../agents/draining.ts';
import type { ModeChanges } from '../agents/modes/mode-changes.ts';
import type { MutualInstances } from '../agents/mutual-instances.ts';
import type { Discovery } from '../discovery/discovery.ts';
import type { LiveModel } from '../mesh/live-model.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { Admission } from './access/admission.ts';
import { parseIdentity } from './identity.ts';
import type { TranslationSettings } from '../translate/options.ts';
import { paceChanges } from './pacing/coalesce-changes.ts';
import { createPreview, type PreviewOf } from './preview.ts';
import { createPreviewOfChange, type PreviewOfChange } from './preview-change.ts';
import { createProgress, type Progress } from './progress.ts';
import type { InstancesOf } from './instances.ts';
import { measurePropagation } from './propagation.ts';
import { createProxyConfigs, type ProxyConfigs } from './proxy-configs.ts';

/** The parts between the model and the streams, which serve proxies. */
export type Proxies = {
  readonly xds: XdsServer;
  readonly configs: ProxyConfigs;
  readonly preview: PreviewOf;
  readonly previewChange: PreviewOfChange;
  readonly progress: Progress;
  /** Stops following the model. */
  readonly close: () => void;
};

/** Inputs of `serveProxies`. */
export type ProxiesOptions = {
  readonly live: LiveModel;
  readonly discovery: Discovery;
  readonly admission: Admission;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly settings: TranslationSettings;
  readonly draining: Draining;
  readonly mutual: MutualInstances;
  readonly modes: ModeChanges;
  readonly hasOthersElsewhere: InstancesOf['hasOthersElsewhere'];
};

/** Connects the model to an ADS server that does not listen yet. */
export function serveProxies(options: ProxiesOptions): Proxies {
  const { live, discovery, admission, metrics, log, settings, draining, mutual, modes, hasOthersElsewhere } =
    options;
  const instances = { leaving: draining.of, mutual: mutual.of, changing: modes.of, hasOthersElsewhere };
  const propagation = measurePropagation(metrics.propagation);
  const progress = createProgress({
    streamsOf: (key, ids) => xds.streamsOf(key, ids),
    idsOf: (key) => xds.idsOf(key),
    meshOf: (key) => configs.get(key)?.identity.mesh,
  });
  const configs = createProxyConfigs(live.model, discovery, () => watched, log, settings, instances);
  const xds = createXdsServer({
    keyOf(node, call) {
      const { isIdentified } = admission.admit(call, parseIdentity(node.id));
      return configs.keyOf(node, isIdentified);
    },
    onStream(event, key, { id }) {
      if (event === 'closed') configs.release(key);
      progress.note(key);
      log.info({ event, proxy: id }, `a proxy's stream was ${event}`);
    },
    onStall(key, { id }) {
      metrics.stalledStream();
      log.warn(
        coded('PROXY_STALLED', { key, proxy: id }),
        'a proxy read nothing of what it was sent; its stream was ended',
      );
    },
    emptyTypes: [RUNTIME],
    onPush: (_key, typeUrl) => metrics.push(typeUrl),
    onAck(key, answer, stream) {
      const { typeUrl, version, error } = answer;
      metrics.answer(typeUrl, error === undefined);
      propagation.answered(key, answer, stream);
      progress.note(key, stream.id);
      if (error !== undefined)
        log.error(coded('PROXY_NACK', { key, typeUrl, version, error }), 'a proxy refused its configuration');
    },
  });
  const watched = propagation.watch(progress.watch(xds));
  // A mesh name may now mean the mesh of another account: streams are checked before changes are applied, so that no proxy is
  // served another account's mesh in between.
  live.onChanges((changes) => changes.some(({ id }) => id.kind === 'mesh') && admission.recheck(0));
  draining.onChange(configs.refreshCallers);
  mutual.onChange(configs.refreshCallers);
  modes.onEnd(configs.refresh);
  modes.follow(configs.isSettled);
  const pacing = paceChanges(
    (changes, since) =>
      progress.during(changes, since, () => propagation.during(since, () => configs.apply(changes))),
    log,
  );
  live.onChanges(pacing.take);
  return {
    xds,
    configs,
    preview: createPreview(live.model, discovery.peek, configs, admission.asks, settings, instances),
    previewChange: createPreviewOfChange(discovery.peek, configs, admission.asks, settings, instances),
    progress,
    close: () => {
      pacing.close();
      progress.close();
    },
  };
}
