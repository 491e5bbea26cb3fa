import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  CLUSTER,
  ENDPOINTS,
  EXTENSION_CONFIG,
  LISTENER,
  ROUTES,
  SECRET,
  type Snapshot,
} from '../../xds/types.ts';
import type { Written } from '../mesh/testing/resources.ts';
import { caseNames, golden, readCase, translateCase } from './testing/cases.ts';
import { runs } from '../../common/testing/short-form.ts';

test.each(caseNames())('%s', async (name) => {
  const translation = translateCase(readCase(name));
  const text = `${JSON.stringify(golden(translation), undefined, 2)}\n`;
  await expect(text).toMatchFileSnapshot(`testdata/${name}.golden.json`);
});

test.each(caseNames())('%s: all types, sorted by name', (name) => {
  const { snapshot } = translateCase(readCase(name));
  expect([...snapshot.keys()]).toEqual([CLUSTER, ENDPOINTS, EXTENSION_CONFIG, LISTENER, ROUTES, SECRET]);
  for (const { resources } of snapshot.values()) {
    expect([...resources.keys()]).toEqual([...resources.keys()].toSorted());
  }
});

test.each(caseNames())('%s: the same bytes for any order of changes to the model', (name) => {
  const input = readCase(name);
  const first = translateCase(input);
  const shuffled = fc.shuffledSubarray([...input.resources], { minLength: input.resources.length });
  const again = fc.property(shuffled, (resources) => {
    expect(translateCase({ ...input, resources })).toEqual(first);
  });
  fc.assert(again, { numRuns: runs(10) });
});

const EDITS: readonly (readonly [string, (resource: Written) => Written, readonly string[]])[] = [
  ['a weight', replaced('"weight":8', '"weight":9'), ['rds_egress_http_9080']],
  [
    'a host name',
    replaced('colorteller-red.default', 'colorteller-red.other'),
    ['cds_egress_m_colorteller-red-vn_http_9080'],
  ],
  ["a target's own backends", replaced('"colorteller-red-vn","spec":{', '$&"backends":[],'), []],
];

test.each(EDITS)('%s changes the version of these resources and no others', (_what, edit, changed) => {
  const input = readCase('colors');
  const before = versions(translateCase(input).snapshot);
  const after = versions(translateCase({ ...input, resources: input.resources.map(edit) }).snapshot);
  expect([...after].filter(([name, version]) => before.get(name) !== version).map(([name]) => name)).toEqual(
    changed,
  );
  expect([...after.keys()]).toEqual([...before.keys()]);
});

function replaced(from: string, to: string): (resource: Written) => Written {
  return (resource) => JSON.parse(JSON.stringify(resource).replace(from, to)) as Written;
}

function versions(snapshot: Snapshot): ReadonlyMap<string, string> {
  const all = [...snapshot.values()].flatMap(({ resources }) => [...resources.values()]);
  return new Map(all.map(({ name, version }) => [name, version]));
}
