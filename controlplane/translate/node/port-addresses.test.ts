import { expect, test } from 'vitest';
import { LISTENER } from '../../../xds/types.ts';
import type { NameAddresses } from '../../../common/addresses/seen-addresses.ts';
import { caseView, readCase } from '../testing/cases.ts';
import { NO_OPTIONS, type Options } from '../options.ts';
import { NO_EXTERNAL_INPUTS } from '../external-inputs.ts';
import { translate, type Translation } from '../translate.ts';

// Addresses of names are external inputs: which names are looked up, and which resources a new answer rebuilds.

const input = readCase('tcp-shared');
const view = caseView(input);
const BY_VERSION: Options = { ...NO_OPTIONS, chainMatcher: true };

function translated(
  addresses: Readonly<Record<string, NameAddresses>>,
  options: Options = BY_VERSION,
): Translation & { readonly asked: readonly string[] } {
  const asked = new Set<string>();
  const found = {
    ...NO_EXTERNAL_INPUTS,
    addresses: (name: string) => {
      asked.add(name);
      return addresses[name.toLowerCase()];
    },
  };
  return { ...translate(view, options, found), asked: [...asked].toSorted() };
}

const KNOWN = input.found?.addresses ?? {};

test('only names of backends that share a port are looked up, and none if the agent looks them up', () => {
  const { asked, problems } = translated(KNOWN);
  expect(asked).toEqual(['Queue.local', 'db1.local', 'db2.local', 'web.local', 'www.local']);
  expect(problems).toEqual([]);
  const byAgent = translated({}, { ...BY_VERSION, names: true });
  expect([byAgent.asked, byAgent.problems]).toEqual([[], []]);
});

test('a new address rebuilds only the outbound listener; equal addresses keep the list identical', () => {
  const before = translated(KNOWN).snapshot;
  expect(translated({ ...KNOWN }).snapshot.get(LISTENER)).toBe(before.get(LISTENER));
  const moved = { ...KNOWN, 'db2.local': { current: ['10.0.0.22'], former: ['10.0.0.2'] } };
  const after = translated(moved).snapshot;
  const old = new Set([...before.values()].flatMap(({ resources }) => [...resources.values()]));
  const fresh = [...after.values()].flatMap(({ resources }) => [...resources.values()]);
  expect(fresh.filter((each) => !old.has(each)).map(({ name }) => name)).toEqual([
    'lds_egress_0.0.0.0_15001',
  ]);
});
