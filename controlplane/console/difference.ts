import { redactKeys } from '../config-dump/redact.ts';
import type { Translated } from '../ads/preview-change.ts';
import { resourceJson } from '../translate/registry.ts';
import type { Problem } from '../translate/problems.ts';
import type { Resource, Snapshot } from '../../xds/types.ts';
import { shortName } from '../../xds/types.ts';
import type { ModelProblem, ResourceDifference, Spec } from './contract.ts';

/** Returns the differences of two configurations, resource by resource, in Envoy's JSON without private keys. */
export function differencesOf(
  before: Translated | undefined,
  after: Translated | undefined,
): readonly ResourceDifference[] {
  const types = new Set([...(before?.snapshot.keys() ?? []), ...(after?.snapshot.keys() ?? [])]);
  return [...types].flatMap((typeUrl) => {
    const old = resourcesOf(before?.snapshot, typeUrl);
    const fresh = resourcesOf(after?.snapshot, typeUrl);
    const names = new Set([...old.keys(), ...fresh.keys()]);
    return [...names].flatMap((name): ResourceDifference[] => {
      const [was, is] = [old.get(name), fresh.get(name)];
      if (was?.version === is?.version) return [];
      return [
        {
          type: shortName(typeUrl),
          name,
          ...(was === undefined ? {} : { before: jsonOf(was) }),
          ...(is === undefined ? {} : { after: jsonOf(is) }),
        },
      ];
    });
  });
}

/** Returns a resource of Envoy as JSON, without private keys. */
export function jsonOf(resource: Resource): Spec {
  return redactKeys(resourceJson(resource));
}

/** Returns the problems that the second configuration adds and removes. */
export function problemDifferences(before: Translated | undefined, after: Translated | undefined) {
  const [old, fresh] = [before?.problems ?? [], after?.problems ?? []];
  return { added: without(fresh, old), removed: without(old, fresh) };
}

function without(some: readonly Problem[], others: readonly Problem[]): readonly ModelProblem[] {
  const known = new Set(others.map(textOf));
  return some.filter((problem) => !known.has(textOf(problem))).map(({ where, what }) => ({ where, what }));
}

function textOf({ where, what }: Problem): string {
  return `${where}\0${what}`;
}

function resourcesOf(snapshot: Snapshot | undefined, typeUrl: string): ReadonlyMap<string, Resource> {
  return snapshot?.get(typeUrl)?.resources ?? new Map();
}
