import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS } from '../translate/options.ts';
import { createPreview } from '../ads/preview.ts';
import { parseIdentity } from '../ads/identity.ts';
import { NO_PROXIES } from '../ads/testing/identities.ts';
import { anyone } from '../auth/principal.ts';
import { Dependents } from '../mesh/dependents.ts';
import { FIXTURE_OWNER, modelFromInputs, type Written } from '../mesh/testing/resources.ts';
import { NO_EXTERNAL_INPUTS } from '../translate/external-inputs.ts';
import { readFeatures } from '../translate/features.ts';
import { createAdmissions, type Admission } from './admission.ts';
import { askedRequest } from './asked-request.ts';
import { explainByRelease } from './by-release.ts';
import { readServed } from './served.ts';

// `explain` says of each target whether it admits the caller, and by which rule.

const TRUST_DOMAIN = 'apps.example';
const listeners = [{ portMapping: { port: 8080, protocol: 'http' } }];
const backends = [{ virtualService: { virtualServiceName: 'b.local' } }];
const dns = (hostname: string) => ({ serviceDiscovery: { dns: { hostname } } });

const ASKED = { mtls: 'STRICT', policies: [] as readonly object[], identity: true, method: 'GET' };

function admissions(url: string, asked: Partial<typeof ASKED> = {}): readonly Admission[] {
  return ask(url, asked).admissions;
}

function connection(asked: Partial<typeof ASKED>) {
  const { outcome } = ask('http://b.local:8080/', asked);
  return outcome.kind === 'sent' ? outcome.targets.map(({ tls }) => tls) : [];
}

function ask(url: string, asked: Partial<typeof ASKED>) {
  const { mtls, policies, identity, method } = { ...ASKED, ...asked };
  const resources: readonly Written[] = [
    { meshName: 'm', spec: {} },
    { meshIdentityName: 'default', spec: { mtls, authorization: 'ENFORCE' } },
    { virtualNodeName: 'a', spec: { backends } },
    { virtualNodeName: 'b', spec: { listeners, ...dns('b.local') } },
    { virtualServiceName: 'b.local', spec: { provider: { virtualNode: { virtualNodeName: 'b' } } } },
    ...policies.map((spec, index) => ({ accessPolicyName: `p${index}`, spec })),
  ];
  const model = modelFromInputs(resources.map((each) => ({ meshName: 'm', ...each })));
  const dependents = new Dependents();
  dependents.apply(Array.from(model.resources(), (resource) => ({ revision: 1, id: resource, resource })));
  const settings = { ...DEFAULT_SETTINGS, trustDomain: TRUST_DOMAIN };
  const preview = createPreview(model, NO_EXTERNAL_INPUTS, { ...NO_PROXIES, dependents }, true, settings);
  const viewer = { caller: anyone(FIXTURE_OWNER), action: 'daybreak:Explain' } as const;
  const features = readFeatures({ ecds: true, mtls: identity, recentHttp: true, chainMatcher: true });
  const caller = parseIdentity('mesh/m/virtualNode/a');
  const served = readServed(preview(viewer, 'mesh/m/virtualNode/a', features).snapshot);
  const explained = explainByRelease(served, caller, askedRequest(method, url, [], 'HTTP/1.1'), []);
  const admissionsOf = createAdmissions({ model, dependents, trustDomain: TRUST_DOMAIN });
  return { admissions: admissionsOf(caller, identity, explained), outcome: explained.outcome };
}

const deny = (rule: object) => ({ policies: [{ deny: [rule] }] });

test.each<[string, Parameters<typeof admissions>[1], Partial<Admission>]>([
  [
    'a declared backend',
    {},
    { verdict: 'allowed', line: 'backend', enforced: true, chain: 'mesh', port: 8080 },
  ],
  [
    'a deny of its path',
    deny({ http: [{ path: { exact: '/x' } }] }),
    { verdict: 'refused', line: 'p0/deny/1' },
  ],
  [
    'a deny of another path',
    deny({ http: [{ path: { exact: '/y' } }] }),
    { verdict: 'allowed', line: 'backend' },
  ],
  [
    'a deny of its method',
    { ...deny({ http: [{ methods: ['POST'] }] }), method: 'POST' },
    { line: 'p0/deny/1' },
  ],
  [
    'a caller without an identity',
    { identity: false },
    { chain: 'plain', verdict: 'refused', enforced: false },
  ],
  [
    'a caller without an identity, whose address decides: explain said that it is refused',
    { identity: false, policies: [{ unauthenticated: [{ cidrs: ['10.0.0.0/8'] }] }] },
    { chain: 'plain', verdict: 'refused', enforced: true, unlessFrom: 'p0/unauthenticated/1' },
  ],
  [
    'a caller without an identity, for whom a rule has no range',
    { identity: false, policies: [{ unauthenticated: [{ cidrs: [] }] }] },
    { chain: 'plain', verdict: 'refused', enforced: true, unlessFrom: undefined },
  ],
  ['mutual TLS off', { mtls: 'OFF' }, { chain: 'plain', verdict: 'refused', enforced: false }],
])('%s', (_, options, expected) => {
  expect(admissions('http://b.local:8080/x?q=1', options)).toEqual([expect.objectContaining(expected)]);
});

test('a request that is not sent has no admission', () => {
  expect(admissions('http://c.local:8080/x')).toEqual([]);
});

test('the explanation says how the connections to a target are encrypted', () => {
  const id = `spiffe://${TRUST_DOMAIN}/account/${FIXTURE_OWNER}/mesh/m/virtualNode/b`;
  expect(connection({ mtls: 'STRICT' })).toEqual([{ kind: 'mutual', target: id, instances: 'all' }]);
  expect(connection({ mtls: 'PERMISSIVE' })).toEqual([{ kind: 'mutual', target: id, instances: 'none' }]);
  expect(connection({ mtls: 'OFF' })).toEqual([{ kind: 'plain' }]);
  expect(connection({ mtls: 'STRICT', identity: false })).toEqual([{ kind: 'plain' }]);
});

test('while no instance is known to take mutual TLS, the caller has no identity for the target', () => {
  expect(admissions('http://b.local:8080/x', { mtls: 'PERMISSIVE' })).toEqual([
    expect.objectContaining({ chain: 'plain', verdict: 'refused', enforced: false }),
  ]);
});
