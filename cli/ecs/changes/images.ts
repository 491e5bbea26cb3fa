import { isObject } from '../../../common/is-object.ts';
import { Open } from '../../import/source.ts';
import type { Draft } from '../draft.ts';
import type { RenderOptions } from '../options.ts';
import { containersOf, valueOf, type Container } from '../task-definition.ts';
import { hasOwnControlPlane } from './own-control-plane.ts';

const PROXYINIT = 'aws-appmesh-proxy-route-manager';

/** Whether a container writes the iptables rules, by its image: App Mesh's, or this project's. */
export function isProxyinit(
  { image }: Container,
  { proxyinitImage }: Pick<RenderOptions, 'proxyinitImage'>,
): boolean {
  return typeof image === 'string' && (image.includes('proxy-route-manager') || image === proxyinitImage);
}

function isArm(draft: Draft): boolean {
  const { runtimePlatform: platform } = draft.definition();
  return isObject(platform) && platform['cpuArchitecture'] === 'ARM64';
}

/** Sets the image of the Envoy container. Without `--image`, a container that has a control plane of its own keeps its image. */
export function setImage(draft: Draft, envoy: number, { image }: RenderOptions): void {
  const container = containersOf(draft.definition())[envoy];
  if (image !== undefined) {
    draft.set(
      ['containerDefinitions', envoy, 'image'],
      image,
      `an agent that takes its configuration from your control plane, not from AWS's${isArm(draft) ? '; the task is for ARM64: images/build.sh --arch arm64' : ''}`,
    );
    return;
  }
  if (hasOwnControlPlane(valueOf(container?.['environment'], 'APPMESH_XDS_ENDPOINT'))) return;
  const now = container?.['image'];
  const shown = now instanceof Open ? 'set by a parameter' : JSON.stringify(now);
  draft.want('--image IMAGE', `the Envoy image, as you pushed it to your registry; now ${shown}`);
}

/** Sets the image of containers that write the iptables rules, as on EC2 without `proxyConfiguration`. */
export function setProxyinitImages(draft: Draft, { proxyinitImage }: RenderOptions): void {
  for (const [index, { image, name }] of containersOf(draft.definition()).entries()) {
    if (typeof image !== 'string' || !image.includes(PROXYINIT)) continue;
    if (proxyinitImage === undefined) {
      draft.want('--proxyinit-image IMAGE', `container ${JSON.stringify(name)} has ${JSON.stringify(image)}`);
    } else {
      const reason = 'proxyinit takes the same variables, and may run twice';
      draft.set(['containerDefinitions', index, 'image'], proxyinitImage, reason);
    }
  }
}
