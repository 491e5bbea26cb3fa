import { expect, test } from 'vitest';
import { CLUSTER } from '../../../xds/types.ts';
import { NO_EXTERNAL_INPUTS } from '../external-inputs.ts';
import { NO_OPTIONS } from '../options.ts';
import { resourceJson } from '../registry.ts';
import { caseView, type Case } from '../testing/cases.ts';
import { translate } from '../translate.ts';

const policy = (certificateChain: string) => ({
  tls: { validation: { trust: { file: { certificateChain } } } },
});

const backend = (clientPolicy?: object) => ({
  virtualService: {
    virtualServiceName: 'a.local',
    ...(clientPolicy === undefined ? {} : { clientPolicy }),
  },
});

const calling = (...backends: readonly object[]): Case =>
  ({
    title: 'one virtual service as several backends',
    proxy: 'virtualNode/caller',
    resources: [
      { meshName: 'm', spec: {} },
      {
        virtualNodeName: 'a',
        spec: {
          listeners: [{ portMapping: { port: 80, protocol: 'http' } }],
          serviceDiscovery: { dns: { hostname: 'a.local' } },
        },
      },
      {
        virtualServiceName: 'a.local',
        spec: { provider: { virtualNode: { virtualNodeName: 'a' } } },
      },
      { virtualNodeName: 'caller', spec: { backends } },
    ],
  }) as unknown as Case;

function translated(each: Case) {
  const { snapshot, problems } = translate(caseView(each), NO_OPTIONS, NO_EXTERNAL_INPUTS);
  const clusters = [...(snapshot.get(CLUSTER)?.resources.values() ?? [])].map((cluster) =>
    JSON.stringify(resourceJson(cluster)),
  );
  return {
    trusts: clusters.flatMap((text) => /\/keys\/[a-z]+\.pem/.exec(text)?.[0] ?? []),
    told: problems.map(({ what }) => what),
  };
}

const TOLD =
  'it is a backend several times, with different client policies: the first one that is in effect counts';

// App Mesh at first took such a node, and kept one of the two (aws-app-mesh-roadmap#170).
test.each([
  ['the second without a policy', [backend(policy('/keys/one.pem')), backend()], ['/keys/one.pem'], true],
  ['the first without a policy', [backend(), backend(policy('/keys/one.pem'))], ['/keys/one.pem'], true],
  [
    'both with a policy',
    [backend(policy('/keys/one.pem')), backend(policy('/keys/two.pem'))],
    ['/keys/one.pem'],
    true,
  ],
  [
    'both with the same',
    [backend(policy('/keys/one.pem')), backend(policy('/keys/one.pem'))],
    ['/keys/one.pem'],
    false,
  ],
])('a virtual service that is a backend twice, %s: the last one counted, in silence, so that TLS could be off', (_, backends, trusts, told) => {
  const found = translated(calling(...backends));
  expect(found.trusts).toEqual(trusts);
  expect(found.told.includes(TOLD)).toBe(told);
});
