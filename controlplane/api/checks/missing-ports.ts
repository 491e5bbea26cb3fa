import type { Kind, Resource } from '../../mesh/resource.ts';
import type { RuleName } from '../rules/catalog.ts';

/** A port that a route must name, because its parent (`match`) or its target (`target`) has several listeners. */
export type MissingPort = {
  readonly route: Resource<'route'> | Resource<'gatewayRoute'>;
  readonly use: 'match' | 'target';
  /** The path of the missing member, and the ports that are allowed there. */
  readonly path: string;
  readonly ports: readonly number[];
};

/** Returns the rule that a missing port violates. */
export function ruleOf({ use }: MissingPort): RuleName {
  return `${use}-port`;
}

/** The most routes that App Mesh named in one message. */
const SHOWN = 5;

/**
 * Returns the error messages: one per place in the changed route, or, if another resource changed, one for all routes that its change
 * would make ambiguous. The words are App Mesh's if they are on record (docs/errors.md).
 */
export function missingPortMessages(changed: Resource, missing: readonly MissingPort[]): readonly string[] {
  if (changed.kind === 'route' || changed.kind === 'gatewayRoute') return missing.map(changedRouteMessage);
  return [...Map.groupBy(missing, ({ route, use }) => `${route.kind} ${use}`).values()].map((alike) =>
    existingRoutesMessage(changed.kind, alike),
  );
}

const OWN: { readonly [K in MissingPort['route']['kind']]: Readonly<Record<MissingPort['use'], string>> } = {
  route: {
    match: 'Route must define a port match criteria if the Virtual Router has multiple listeners',
    target: 'Route must define a port for a weighted target if its Virtual Node has multiple listeners',
  },
  gatewayRoute: {
    match: 'Gateway route must define a match port if the parent Virtual Gateway has multiple listeners',
    target:
      'Gateway route must define a target port if the provider of the Virtual Service has multiple listeners',
  },
};

function changedRouteMessage({ route, use, path, ports }: MissingPort): string {
  return `${OWN[route.kind][use]}. Value null at '${path}' failed to satisfy constraint: Member must be one of the ports [${ports.join(', ')}]`;
}

function existingRoutesMessage(changed: Kind, missing: readonly MissingPort[]): string {
  const [{ route, use } = { route: { kind: 'route' }, use: 'match' }] = missing;
  const noun = route.kind === 'route' ? 'Route' : 'Gateway Route';
  const holder = changed.replaceAll(
    /^[a-z]|[A-Z]/g,
    (letter, at) => `${at === 0 ? '' : ' '}${letter.toUpperCase()}`,
  );
  const port = use === 'match' ? 'port match' : 'target port';
  const listeners =
    changed === 'virtualService'
      ? 'giving it a provider with multiple listeners'
      : `adding multiple listeners to this ${holder}`;
  const names = [...new Set(missing.map(nameOf))];
  return `All ${noun}s for this ${holder} must define a ${port} before ${listeners}. ${names.length} ${noun}(s) are missing port. Listing up to ${SHOWN} ${noun.toLowerCase()} names: [${names.slice(0, SHOWN).join(', ')}]`;
}

// Outside its parent, a route's name alone is ambiguous.
function nameOf({ route, use }: MissingPort): string {
  return use === 'match' ? route.name : `${route.parent}/${route.name}`;
}
