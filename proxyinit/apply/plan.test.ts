import { expect, test } from 'vitest';
import { planApply, planRemoval } from './apply.ts';
import { guard } from '../rules/guard.ts';
import type { Present } from '../backend/existing-rules.ts';
import { hostWithout, type Host } from '../backend/inspect.ts';
import { rules } from '../rules/rules.ts';
import { withChains } from '../backend/saved.ts';
import { readProxyinitSettings } from '../settings/settings.ts';
import { rawSettings } from '../testing/raw-settings.ts';

const BOTH = { APPMESH_ENABLE_IPV6: '1' };
const guarded = readProxyinitSettings(rawSettings({ ...BOTH, DAYBREAK_GUARD: '1' }));
const plain = readProxyinitSettings(rawSettings(BOTH));
const fresh = hostWithout(['ipv4', 'ipv6'], 'nft');

test('with a guard: first the guards of all families, then the rules of each family, which remove its guard at the end', () => {
  const steps = planApply(fresh, guarded);
  expect(steps.map(({ what, present: { family } }) => `${what} ${family}`)).toEqual([
    'guard ipv4',
    'guard ipv6',
    'rules ipv4',
    'rules ipv6',
  ]);
  for (const { what, text } of steps) {
    const tables = Array.from(text.matchAll(/^\*(\w+)/gm), ([, table]) => table);
    expect(tables).toEqual(what === 'guard' ? ['filter'] : ['nat', 'filter']);
  }
});

test('rules in force need no restore and no guard', () => {
  expect(
    planApply(
      withOurs(fresh, (one) => rules(guarded, one.family)),
      guarded,
    ),
  ).toEqual([]);
});

test('a guard of a killed run is removed after nat, by a run with or without a guard', () => {
  const left = withOurs(fresh, (one) => guard(guarded, one.family));
  for (const settings of [plain, guarded]) {
    for (const { text } of planApply(left, settings).filter(({ what }) => what === 'rules')) {
      expect(text).toMatch(/^\*nat\n[^*]*COMMIT\n\*filter\n[^*]*-X APPMESH_GUARD_OUT\n/);
    }
  }
  expect(planRemoval(left).map(({ what }) => what)).toEqual(['removal', 'removal']);
});

test('rules in the other backend are removed once the new ones are in force', () => {
  const legacy = hostWithout(['ipv4'], 'legacy');
  const there = withOurs(legacy, (one) => rules(plain, one.family));
  const host: Host = { ...fresh, present: [...there.present, ...fresh.present] };
  expect(planApply(host, plain).map(({ what, present: { backend } }) => `${what} ${backend}`)).toEqual([
    'rules nft',
    'rules nft',
    'removal legacy',
  ]);
});

test('a family that the settings no longer include loses its rules', () => {
  const there = withOurs(fresh, (one) => rules(plain, one.family));
  const steps = planApply(there, readProxyinitSettings(rawSettings({})));
  expect(steps.map(({ what, present: { family } }) => `${what} ${family}`)).toEqual(['removal ipv6']);
});

function withOurs(host: Host, chains: (one: Present) => ReturnType<typeof rules>): Host {
  const present = host.present.map((one) => ({ ...one, saved: withChains(one.saved, chains(one)) }));
  return { ...host, present };
}
