import { expect, test } from 'vitest';
import type { StreamStatus } from '../../xds/status.ts';
import { anyone } from '../auth/principal.ts';
import { modelFromInputs } from '../mesh/testing/resources.ts';
import { readCase, translateCase } from '../translate/testing/cases.ts';
import { askedRequest, type HeaderLine } from './asked-request.ts';
import { explainByRelease, type ByRelease } from './by-release.ts';
import { createEnvoysOf } from './connected-envoys.ts';
import { readServed } from './served.ts';

const IDENTITY = { mesh: 'm', owner: undefined, kind: 'virtualNode', name: 'app' } as const;

const SERVED = readServed(translateCase(readCase('http-matches')).snapshot);

/** A duplicate header under a prefix match shows whether a release compares line by line. */
function explained(lines: readonly HeaderLine[], envoys: readonly string[]): ByRelease {
  return explainByRelease(SERVED, IDENTITY, askedRequest('GET', 'http://b.local/', lines), envoys);
}

const TWICE: readonly HeaderLine[] = [
  ['prefix', 'w'],
  ['prefix', 'v'],
];

test('without a connected proxy, it explains the current release, and the oldest one if that differs', () => {
  expect(explained([], [])).toMatchObject({ envoy: { version: '1.40.0', connected: false }, others: [] });
  const { others } = explained(TWICE, ['']);
  expect(others.map(({ version }) => version)).toEqual(['1.37.0']);
  expect(others[0]?.passes[0]?.routes[2]?.why).toContain(
    'header prefix is "w,v", which does not begin with "v"',
  );
});

test('with connected proxies, it explains their releases', () => {
  expect(explained(TWICE, ['envoy 1.37.0'])).toMatchObject({
    envoy: { version: '1.37.0', connected: true },
    others: [],
  });
  expect(explained(TWICE, ['envoy 1.40.0', 'envoy 1.40.0', 'envoy 1.38.0', 'grpc-go 1.60.0'])).toMatchObject({
    envoy: { version: '1.40.0', connected: true },
    others: [{ version: '1.38.0' }],
  });
});

test('connected Envoys are those of the proxy that the viewer may see', () => {
  const model = modelFromInputs([{ meshName: 'm', spec: {} }]);
  const streams = ['app', 'app', 'other'].map((name, index) => ({
    key: name,
    node: { version: `envoy 1.4${index}.0` },
  })) as unknown as readonly StreamStatus[];
  const configs = { get: (name: string) => ({ identity: { ...IDENTITY, name } }) };
  const envoysOf = createEnvoysOf(model, { streams: () => streams }, configs);
  const viewer = { caller: anyone('000000000000'), action: 'daybreak:Explain' } as const;
  expect(envoysOf(viewer, IDENTITY)).toEqual(['envoy 1.40.0', 'envoy 1.41.0']);
});
