import { coded } from '../codes.ts';
import type { Log } from '../../common/log.ts';
import type { XdsServer } from '../../xds/server.ts';
import type { Asking, Discovery } from '../discovery/discovery.ts';
import { accessIn, type AccessSource } from '../mesh/access/with-access.ts';
import { viewOf } from '../mesh/view.ts';
import { withoutKeys, type ExternalInputs } from '../translate/external-inputs.ts';
import type { TranslationSettings } from '../translate/options.ts';
import type { Problem } from '../translate/problems.ts';
import { translate } from '../translate/translate.ts';
import { withCallers } from './admitted-callers.ts';
import type { ProxyConfig } from './config-table.ts';
import { proxyPath, resolve, type Identity } from './identity.ts';
import { withInstances, withModeChange, type InstancesOf } from './instances.ts';
import type { ProblemLog } from './problem-log.ts';

/** The inputs of a configuration, and its destination. */
export type ConfigMakerOptions = {
  readonly source: AccessSource;
  readonly discovery: Pick<Discovery, 'ask'>;
  readonly server: () => XdsServer;
  readonly settings: TranslationSettings;
  readonly instances: InstancesOf;
  /** Whether a virtual node has a connected proxy that does not accept mutual TLS. */
  readonly hasOthers: (node: Pick<Identity, 'mesh' | 'name'>) => boolean;
  readonly problemLog: Pick<ProblemLog, 'say'>;
  readonly log: Log;
};

/**
 * Returns the function that makes a configuration and gives the server its snapshot. A defect that breaks a configuration is logged, and shown as its
 * problem: it must not keep other proxies from their changes, nor end the control plane.
 */
export function createConfigMaker(options: ConfigMakerOptions): (config: ProxyConfig) => void {
  return (config) => {
    try {
      serve(config, options);
    } catch (error) {
      options.log.error(
        coded('FAULT', { proxy: proxyPath(config.identity), err: error }),
        'cannot build the configuration of a proxy; it keeps its last one',
      );
      config.problems = [NOT_MADE];
    }
  };
}

const NOT_MADE: Problem = {
  where: 'the configuration',
  what: 'cannot be made, because of a defect of the control plane: its log has a line with the code FAULT. The proxy keeps its last configuration',
};

function serve(
  config: ProxyConfig,
  { source, discovery, server, settings, instances, hasOthers, problemLog }: ConfigMakerOptions,
): void {
  const { key, identity, features, isIdentified } = config;
  const id = resolve(source.model, identity);
  const modelled = id && viewOf(source.model, id);
  const bare = modelled && withModeChange(modelled, id, instances);
  if (id === undefined || bare === undefined) {
    // The resource does not exist: its proxies keep their last snapshot.
    if (config.state === 'served') config.state = 'orphaned';
    discovery.ask(key).end();
    server().delete(key);
    return;
  }
  const view = withCallers(bare, id, { ...source, before: config.access });
  config.access = accessIn(view);
  const { made, isAwaited } = fromInputs(discovery.ask(key), (inputs) => {
    const all = withInstances(inputs, id, instances, (name) => hasOthers({ ...identity, name }));
    return translate(view, { ...features, ...settings }, isIdentified ? all : withoutKeys(all));
  });
  config.state = 'served';
  if (isAwaited) return;
  config.problems = made.problems;
  problemLog.say(config);
  server().set(key, made.snapshot);
}

/** Runs `make` with the inputs of a round of lookups, and ends the round in any case: otherwise, the inputs would be watched forever. */
function fromInputs<T>(
  asking: Asking,
  make: (inputs: ExternalInputs) => T,
): { readonly made: T; readonly isAwaited: boolean } {
  let made: T;
  try {
    made = make(asking.found);
  } catch (error) {
    asking.end();
    throw error;
  }
  return { made, isAwaited: asking.end() };
}
