import { badRequest, notFound } from '../http/errors.ts';
import { CallError } from '../../xds/grpc/call-error.ts';
import type { Model } from '../mesh/model.ts';
import { withAccess } from '../mesh/access/with-access.ts';
import { viewOf } from '../mesh/view.ts';
import { withoutKeys, type ExternalInputs } from '../translate/external-inputs.ts';
import { readFeatures, type Features } from '../translate/features.ts';
import { DEFAULT_SETTINGS, type TranslationSettings } from '../translate/options.ts';
import { problemsIn, type Problem } from '../translate/problems.ts';
import { translate, type Translation } from '../translate/translate.ts';
import { parseIdentity, type Identity } from './identity.ts';
import { NO_INSTANCES, withInstances, withModeChange, type InstancesOf } from './instances.ts';
import type { ProxyConfigs } from './proxy-configs.ts';
import { resolveFor, type Viewer } from './access/viewer.ts';

/** The configuration that a proxy would be served now, whether or not one is connected. */
export type Preview = {
  readonly identity: Identity;
  readonly features: Features;
  readonly snapshot: Translation['snapshot'];
  readonly problems: readonly Problem[];
};

/**
 * Translates for a proxy that `node` names like a node.id, in a mesh that is the viewer's or shared with the viewer. `features`
 * default to those of the connected proxy, else to those of an agent on a machine without IPv6 and without a socket for secrets.
 * @throws ApiError BadRequestException if the id is malformed, AccessDeniedException if the mesh is another account's,
 *   NotFoundException if the model has no such proxy
 */
export type PreviewOf = (viewer: Viewer, node: string, features?: Features) => Preview;

/**
 * Creates previews of the current model. `proxies`: the connected proxies. `asks`: proxies have to authenticate, so a proxy that
 * is not connected would be served private keys.
 */
export function createPreview(
  model: Model,
  found: ExternalInputs,
  proxies: Pick<ProxyConfigs, 'connected' | 'circumstances' | 'dependents' | 'hasOthers'>,
  asks: boolean,
  settings: TranslationSettings = DEFAULT_SETTINGS,
  instances: InstancesOf = NO_INSTANCES,
): PreviewOf {
  return (viewer, node, asked) => {
    const identity = identityOf(node);
    const id = resolveFor(viewer, model, identity);
    const modelled = id && viewOf(model, id);
    const bare = modelled && withModeChange(modelled, id, instances);
    if (id === undefined || bare === undefined) throw notFound(`The model has no ${node}.`);
    const { dependents } = proxies;
    const view = withAccess(bare, id, { model, dependents, trustDomain: settings.trustDomain });
    const { features: usual, isIdentified } = proxies.connected(identity) ?? {
      features: USUAL,
      isIdentified: asks,
    };
    const features = asked ?? usual;
    const options = { ...features, ...settings };
    const all = withInstances(found, id, instances, (name) => proxies.hasOthers({ ...identity, name }));
    const { snapshot, problems } = translate(view, options, isIdentified ? all : withoutKeys(all));
    return { identity, features, snapshot, problems: problemsIn(problems, proxies.circumstances(identity)) };
  };
}

/** The features of an agent on a machine without IPv6 and without a socket for secrets. */
export const USUAL: Features = readFeatures({
  ipv6: false,
  files: true,
  ecds: true,
  recentHttp: true,
  chainMatcher: true,
  longHeaders: true,
  names: true,
});

function identityOf(node: string): Identity {
  try {
    return parseIdentity(node);
  } catch (error) {
    if (error instanceof CallError) throw badRequest(error.message.replace(/^node\.id/, 'The node'));
    throw error;
  }
}
