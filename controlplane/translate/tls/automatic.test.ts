import { expect, test } from 'vitest';
import { NO_EXTERNAL_INPUTS } from '../external-inputs.ts';
import { NO_OPTIONS, type Options } from '../options.ts';
import { caseNames, caseView, readCase, translateCase } from '../testing/cases.ts';
import { translate } from '../translate.ts';

const without = caseNames().filter((name) => readCase(name).settings?.trustDomain === undefined);

test.each(without)('%s: without a trust domain, modes, policies and a certificate change no byte', (name) => {
  const input = readCase(name);
  const secured = {
    ...input,
    features: { ...input.features, mtls: true, authorization: true },
    resources: [
      ...input.resources,
      { meshIdentityName: 'default', spec: { mtls: 'STRICT', authorization: 'ENFORCE' } },
      { accessPolicyName: 'none', spec: { deny: [{}] } },
    ],
  };
  expect(translateCase(secured).snapshot).toEqual(translateCase(input).snapshot);
});

test('a control plane that was started without --trust-domain carried out no mode, and said nothing', () => {
  const [name = ''] = without;
  const input = readCase(name);
  const problemsWith = (spec: object) =>
    translateCase({ ...input, resources: [...input.resources, { meshIdentityName: 'default', spec }] })
      .problems.map(({ what }) => what)
      .filter((what) => what.includes('--trust-domain'));
  expect(problemsWith({ mtls: 'STRICT', authorization: 'ENFORCE' })).toEqual([
    'mutual TLS is STRICT and authorization ENFORCE, and this control plane has no authority (--trust-domain): the proxy takes plain text, and admits all callers',
  ]);
  expect(problemsWith({ mtls: 'PERMISSIVE' })).toEqual([
    'mutual TLS is PERMISSIVE, and this control plane has no authority (--trust-domain): the proxy takes plain text',
  ]);
  expect(problemsWith({ mtls: 'OFF', authorization: 'OFF' })).toEqual([]);
});

const identity = {
  meshIdentityName: 'default',
  spec: { mtls: 'STRICT', authorization: 'ENFORCE' },
} as const;

test.each(
  without,
)("%s: with a trust domain, App Mesh's own image and an old agent get the same bytes in every mode", (name) => {
  const input = readCase(name);
  const secured = {
    ...input,
    settings: { ...input.settings, trustDomain: 'apps.example' },
    resources: [...input.resources, identity],
  };
  // Only problems say that the proxy cannot take part.
  expect(translateCase(secured).snapshot).toEqual(translateCase(input).snapshot);
});

const secured = caseNames().filter((name) => readCase(name).settings?.trustDomain !== undefined);

test.each(
  secured,
)('%s: proxies that share all caches and differ in one feature have configurations of their own', (name) => {
  const input = readCase(name);
  const options: Options = { ...NO_OPTIONS, ...input.features, ...input.settings };
  const view = caseView(input);
  translate(view, options, NO_EXTERNAL_INPUTS);
  for (const feature of ['mtls', 'ecds', 'authorization'] as const) {
    const other = { ...options, [feature]: !options[feature] };
    const shared = translate(view, other, NO_EXTERNAL_INPUTS).snapshot;
    expect([feature, shared]).toEqual([
      feature,
      translate(caseView(input), other, NO_EXTERNAL_INPUTS).snapshot,
    ]);
  }
});
