import type { Kind } from '../mesh/resource.ts';
import { elementPath, memberPath, type Violation } from './violation.ts';

/**
 * What the API knows and this version does not serve, by kind: paths in the specification, `[]` for each element of a
 * list. A specification that has one of them is refused, because to accept it would be to pretend. What gets served is
 * taken out of this table, and nothing else has to change.
 */
const UNSERVED: { readonly [K in Kind]?: readonly string[] } = {
  virtualNode: [
    'listeners[].tls',
    'backendDefaults.clientPolicy.tls',
    'backends[].virtualService.clientPolicy.tls',
    'serviceDiscovery.awsCloudMap',
  ],
  virtualGateway: ['listeners[].tls', 'backendDefaults.clientPolicy.tls'],
};

/** The parts of a specification that this version does not serve. */
export function unservedViolations(kind: Kind, spec: unknown): readonly Violation[] {
  return (UNSERVED[kind] ?? []).flatMap((path) => find(path.split('.'), spec, 'spec'));
}

function find(steps: readonly string[], value: unknown, path: string): readonly Violation[] {
  if (value === undefined) return [];
  const [step, ...rest] = steps;
  if (step === undefined) {
    return [
      { path, value, constraint: 'Member must be null: this version of Daybreak does not serve it yet' },
    ];
  }
  const name = step.replace('[]', '');
  const at = memberPath(path, name);
  const next = (value as Readonly<Record<string, unknown>>)[name];
  if (!step.endsWith('[]')) return find(rest, next, at);
  const items = (next ?? []) as readonly unknown[];
  return items.flatMap((item, index) => find(rest, item, elementPath(at, index)));
}
