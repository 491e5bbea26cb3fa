import type { Draft } from '../draft.ts';
import type { RenderOptions } from '../options.ts';
import { containersOf, valueOf } from '../task-definition.ts';
import { hasOwnControlPlane } from './own-control-plane.ts';
import { setOnce } from './variables.ts';

const ENDPOINT = 'APPMESH_XDS_ENDPOINT';

/** Sets the variable with the address of the control plane. */
export function setEndpoint(draft: Draft, envoy: number, { xdsEndpoint }: RenderOptions): void {
  if (xdsEndpoint !== undefined) {
    const reason = 'the address of the control plane; the variable has no default';
    setOnce(draft, envoy, 'environment', { name: ENDPOINT, value: xdsEndpoint }, reason);
    return;
  }
  const { environment } = containersOf(draft.definition())[envoy] ?? {};
  if (hasOwnControlPlane(valueOf(environment, ENDPOINT))) return;
  const why = 'the control plane, as tasks reach it: HOST:PORT (TLS) or http://HOST:PORT (plaintext)';
  draft.want('--xds-endpoint ADDRESS', why);
}

/** Adds the secrets by which the agent and the control plane authenticate each other, and removes variables of the same names. */
export function setSecrets(draft: Draft, envoy: number, options: RenderOptions): void {
  const secrets = [
    ['DAYBREAK_XDS_TOKEN', options.xdsTokenSecret, 'the token of `daybreak token create`'],
    ['DAYBREAK_XDS_CA', options.xdsCaSecret, "the authority of the control plane's certificate"],
    ['DAYBREAK_XDS_CERT', options.xdsCertSecret, 'the client certificate of the proxy'],
    ['DAYBREAK_XDS_KEY', options.xdsKeySecret, 'its private key'],
  ] as const;
  for (const [name, valueFrom, what] of secrets) {
    if (valueFrom === undefined) continue;
    setOnce(draft, envoy, 'secrets', { name, valueFrom }, `${what}, which ECS passes as a variable`);
  }
}
