import type { Model } from '../mesh/model.ts';
import { viewOf } from '../mesh/view.ts';
import type { ProxyId } from '../mesh/proxy-view.ts';
import { withoutKeys, type ExternalInputs } from '../translate/external-inputs.ts';
import { DEFAULT_SETTINGS, type TranslationSettings } from '../translate/options.ts';
import { problemsIn, type Problem } from '../translate/problems.ts';
import { translate, type Translation } from '../translate/translate.ts';
import { USUAL } from './preview.ts';
import { NO_INSTANCES, withInstances, type InstancesOf } from './instances.ts';
import type { ProxyConfigs } from './proxy-configs.ts';

/** A configuration of a proxy on two states of the model. `connected`: the streams that have it. */
export type ConfigPair = {
  readonly connected: number;
  readonly before: Translated | undefined;
  readonly after: Translated | undefined;
};

/** A configuration; undefined above if the model has no such proxy. */
export type Translated = {
  readonly snapshot: Translation['snapshot'];
  readonly problems: readonly Problem[];
};

/** Translates for a proxy on two states of the model: once per connected configuration, or for a usual proxy if none is connected. */
export type PreviewOfChange = (before: Model, after: Model, proxy: ProxyId) => readonly ConfigPair[];

/** Creates previews of changes; the parameters are those of `createPreview`. */
export function createPreviewOfChange(
  found: ExternalInputs,
  proxies: Pick<ProxyConfigs, 'allOf' | 'circumstances' | 'hasOthers'>,
  asks: boolean,
  settings: TranslationSettings = DEFAULT_SETTINGS,
  instances: InstancesOf = NO_INSTANCES,
): PreviewOfChange {
  return (before, after, proxy) => {
    const { mesh, owner, kind, name } = proxy;
    const identity = { mesh, owner, kind, name };
    const configs = proxies.allOf(identity);
    const usual = { features: USUAL, isIdentified: asks, streams: 0 };
    return (configs.length === 0 ? [usual] : configs).map(({ features, isIdentified, streams }) => {
      const all = withInstances(found, proxy, instances, (node) =>
        proxies.hasOthers({ mesh: proxy.mesh, name: node }),
      );
      const on = (model: Model): Translated | undefined => {
        const view = viewOf(model, proxy);
        if (view === undefined) return undefined;
        const options = { ...features, ...settings };
        const { snapshot, problems } = translate(view, options, isIdentified ? all : withoutKeys(all));
        return { snapshot, problems: problemsIn(problems, proxies.circumstances(identity)) };
      };
      return { connected: streams, before: on(before), after: on(after) };
    });
  };
}
