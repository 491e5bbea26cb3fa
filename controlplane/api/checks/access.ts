import { badRequest } from '../../http/errors.ts';
import type { Model } from '../../mesh/model.ts';
import type { Resource } from '../../mesh/resource.ts';
import { isKind } from '../../mesh/spec-parts.ts';
import type { AccessPolicySpec, AccessRule, UnauthenticatedRule } from '../../model/daybreak-types.ts';
import { elementPath } from '../validation/violation.ts';

/**
 * Checks an access policy of one virtual node: a rule with `http` must not be for a listener of protocol tcp, which knows neither
 * methods nor paths. The virtual node may be created later; the status then reports such a rule.
 * @throws ApiError BadRequestException that names the rule and the listener
 */
export function requireHttpListeners(model: Model, resource: Resource): void {
  if (!isKind(resource, 'accessPolicy')) return;
  const name = resource.spec.target?.virtualNode.virtualNodeName;
  if (name === undefined) return;
  const { owner, mesh } = resource;
  const node = model.get({ kind: 'virtualNode', owner, mesh, parent: '', name });
  const tcpPorts = (node?.spec.listeners ?? [])
    .filter(({ portMapping }) => portMapping.protocol === 'tcp')
    .map(({ portMapping }) => portMapping.port);
  for (const { path, rule } of rulesOf(resource.spec)) {
    const port = rule.http && tcpPorts.find((each) => rule.ports?.includes(each) ?? true);
    if (port === undefined) continue;
    throw badRequest(
      `${path}.http: listener ${port} of virtual node ${name} has protocol tcp, which has no methods and paths. Name other ports in ${path}.ports, or leave http out.`,
    );
  }
}

type PlacedRule = { readonly path: string; readonly rule: AccessRule | UnauthenticatedRule };

function rulesOf({ allow = [], deny = [], unauthenticated = [] }: AccessPolicySpec): readonly PlacedRule[] {
  const placed = (member: string, rules: readonly PlacedRule['rule'][]): readonly PlacedRule[] =>
    rules.map((rule, index) => ({ path: elementPath(`spec.${member}`, index), rule }));
  return [...placed('allow', allow), ...placed('deny', deny), ...placed('unauthenticated', unauthenticated)];
}
