import type { Draft } from '../draft.ts';
import type { RenderOptions } from '../options.ts';
import { containersOf, objects, valueOf } from '../task-definition.ts';
import { hasOwnControlPlane } from './own-control-plane.ts';

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

/** Adds the secrets that the agent shows to the control plane, or checks it by, and removes variables of the same names. */
export function setSecrets(draft: Draft, envoy: number, options: RenderOptions): void {
  const secrets = [
    ['DAYBREAK_XDS_TOKEN', options.xdsTokenSecret, 'the token of `daybreak token create`'],
    ['DAYBREAK_XDS_CA', options.xdsCaSecret, "the authority of the control plane's certificate"],
  ] as const;
  for (const [name, valueFrom, what] of secrets) {
    if (valueFrom === undefined) continue;
    removeFrom(draft, envoy, 'environment', name, 0, 'ECS refuses a name that is a variable and a secret');
    setOnce(draft, envoy, 'secrets', { name, valueFrom }, `${what}, which ECS passes as a variable`);
  }
}

type List = 'environment' | 'secrets';

// A list may have a name several times; then one of the values wins, and not always the same.
function setOnce(
  draft: Draft,
  envoy: number,
  list: List,
  entry: { readonly name: string; readonly value?: string; readonly valueFrom?: string },
  reason: string,
): void {
  const index = entriesOf(draft, envoy, list).findIndex(({ name }) => name === entry.name);
  const place = index === -1 ? entriesOf(draft, envoy, list).length : index;
  draft.set(['containerDefinitions', envoy, list, place], entry, reason);
  removeFrom(draft, envoy, list, entry.name, place + 1, 'the name is there twice');
}

function removeFrom(
  draft: Draft,
  envoy: number,
  list: List,
  name: string,
  first: number,
  reason: string,
): void {
  for (let index = entriesOf(draft, envoy, list).length - 1; index >= first; index -= 1) {
    if (entriesOf(draft, envoy, list)[index]?.['name'] !== name) continue;
    const shown = { name, value: '(not shown)' };
    draft.remove(['containerDefinitions', envoy, list, index], shown, reason);
  }
}

function entriesOf(draft: Draft, envoy: number, list: List): ReturnType<typeof objects> {
  return objects(containersOf(draft.definition())[envoy]?.[list]);
}
