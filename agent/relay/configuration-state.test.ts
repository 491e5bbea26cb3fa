import { expect, test } from 'vitest';
import { configurationState, type ConfigurationFacts } from './configuration-state.ts';

const at = (seconds: number): Date => new Date(seconds * 1000);

const CASES: readonly [string, Partial<ConfigurationFacts>, string][] = [
  ['without resources, there is none', { isEmpty: true }, 'none'],
  ['while the control plane is away, it is the last good one', { connectedSince: undefined }, 'last good'],
  ['before Envoy has accepted an update, there is none', { acceptedAt: undefined }, 'none'],
  ['an update since the connection makes it live', {}, 'live'],
  ['the last update is older than the connection', { acceptedAt: at(5), connectedMs: 1000 }, 'last good'],
  ['a control plane that sends nothing for two seconds has nothing to change', { acceptedAt: at(5) }, 'live'],
  ['an update without an answer', { acceptedAt: at(5), isPending: true }, 'last good'],
];

test.each(CASES)('%s', (_, facts, state) => {
  const given = {
    isEmpty: false,
    connectedSince: at(10),
    connectedMs: 20_000,
    acceptedAt: at(12),
    isPending: false,
  };
  expect(configurationState({ ...given, ...facts })).toBe(state);
});
