import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { resourceFromInput } from '../mesh/testing/resources.ts';
import { APP_MESH_KINDS, type Kind } from '../mesh/resource.ts';
import { caseNames, readCase, translateCase } from './testing/cases.ts';
import { leavesOf, occurrences } from './testing/leaves.ts';

// Every leaf of the API's specifications occurs in some case and has an effect there: with another value, Envoy's
// configuration would differ.

/** Leaves, or all leaves below a path, that have no effect on Envoy, and why. */
const NO_EFFECT: Readonly<Record<string, string>> = {
  'virtualGateway: listeners[].healthCheck.':
    'callers check a virtual node because its cluster is in the mesh; nothing in the mesh calls a gateway by a cluster',
};

/** Leaves that some case holds, and the ones of them that have an effect. */
const { held, felt } = look();

describe.each(APP_MESH_KINDS)('%s', (kind) => {
  const wanted = leavesOf(kind).map((leaf) => named(kind, leaf));

  test('each leaf is in a case', () => {
    expect(wanted.filter((leaf) => !held.has(leaf))).toEqual([]);
  });

  test('each leaf has an effect on Envoy or is a listed exception', () => {
    expect(wanted.filter((leaf) => !felt.has(leaf) && excuse(leaf) === undefined)).toEqual([]);
    expect(wanted.filter((leaf) => felt.has(leaf) && excuse(leaf) !== undefined)).toEqual([]);
  });
});

test('every listed exception exists', () => {
  const all = APP_MESH_KINDS.flatMap((kind) => leavesOf(kind).map((leaf) => named(kind, leaf)));
  expect(Object.keys(NO_EFFECT).filter((path) => !all.some((leaf) => leaf.startsWith(path)))).toEqual([]);
});

function excuse(leaf: string): string | undefined {
  return Object.entries(NO_EFFECT).find(([path]) => leaf.startsWith(path))?.[1];
}

function named(kind: Kind, leaf: string): string {
  return `${kind}: ${leaf}`;
}

function look(): { readonly held: ReadonlySet<string>; readonly felt: ReadonlySet<string> } {
  const all = new Set<string>();
  const seen = new Set<string>();
  for (const input of caseNames().map(readCase)) {
    const before = translateCase(input).snapshot;
    input.resources.forEach((written, index) => {
      const { kind, spec } = resourceFromInput({ meshName: 'm', ...written });
      for (const { leaf, others } of occurrences(kind, spec)) {
        const name = named(kind, leaf);
        all.add(name);
        const changed = (other: unknown): boolean => {
          const resources = input.resources.with(index, { ...written, spec: other });
          return !isDeepStrictEqual(translateCase({ ...input, resources }).snapshot, before);
        };
        if (!seen.has(name) && others.some(changed)) seen.add(name);
      }
    });
  }
  return { held: all, felt: seen };
}
