import { describe, expect, test } from 'vitest';
import { envoyOf, ENVOYS, validate } from '../../translate/testing/real-envoy.ts';
import type { Config } from '../../translate/testing/configs.ts';
import { ENVOY_TRIALS } from './testing/envoy-trials.ts';

// Both Envoy releases refuse each configuration that the API refuses because of Envoy, and for that reason.

function judged(variable: (typeof ENVOYS)[number], resources: Config): Promise<string> {
  const config = { node: { id: 'judged', cluster: 'judged' }, static_resources: resources };
  return validate(envoyOf(variable), JSON.stringify(config));
}

describe.each(ENVOYS)('%s', (variable) => {
  test.each(Object.entries(ENVOY_TRIALS))('%s', async (_, { broken, valid }) => {
    expect(await judged(variable, broken)).not.toBe('');
    expect(await judged(variable, valid)).toBe('');
  });
});
