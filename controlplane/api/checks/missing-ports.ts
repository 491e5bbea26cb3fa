import type { Kind, Resource } from '../../mesh/resource.ts';
import type { RuleName } from '../rules/catalog.ts';

/** A port that a route has to name, because there are several listeners where it leads from (`match`) or to (`target`). */
export type MissingPort = {
  readonly route: Resource<'route'> | Resource<'gatewayRoute'>;
  readonly use: 'match' | 'target';
  /** Where the port would stand, and what it could be. */
  readonly path: string;
  readonly ports: readonly number[];
};

/** The rule that it breaks. */
export function ruleOf({ use }: MissingPort): RuleName {
  return `${use}-port`;
}

/** How many routes App Mesh named. */
const SHOWN = 5;

/**
 * What is missing, a sentence for each place of the changed route, or for all routes that a change of what they need would
 * leave without a choice. The words are App Mesh's where they are on record (docs/errors.md).
 */
export function sentencesOf(changed: Resource, missing: readonly MissingPort[]): readonly string[] {
  if (changed.kind === 'route' || changed.kind === 'gatewayRoute') return missing.map(ownSentence);
  return [...Map.groupBy(missing, ({ route, use }) => `${route.kind} ${use}`).values()].map((alike) =>
    routesSentence(changed.kind, alike),
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

function ownSentence({ route, use, path, ports }: MissingPort): string {
  return `${OWN[route.kind][use]}. Value null at '${path}' failed to satisfy constraint: Member must be one of the ports [${ports.join(', ')}]`;
}

function routesSentence(changed: Kind, missing: readonly MissingPort[]): string {
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

// Elsewhere than under their own parent a name alone does not say which route it is.
function nameOf({ route, use }: MissingPort): string {
  return use === 'match' ? route.name : `${route.parent}/${route.name}`;
}
