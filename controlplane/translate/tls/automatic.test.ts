import { expect, test } from 'vitest';
import { NO_EXTERNAL_INPUTS } from '../external-inputs.ts';
import { NO_OPTIONS, type Options } from '../options.ts';
import { caseNames, caseView, readCase, translateCase } from '../testing/cases.ts';
import { translate } from '../translate.ts';

const without = caseNames().filter((name) => readCase(name).settings?.trustDomain === undefined);

test.each(without)('%s: without a trust domain, a mode and a certificate change no byte', (name) => {
  const input = readCase(name);
  const secured = {
    ...input,
    features: { ...input.features, mtls: true },
    resources: [...input.resources, { meshIdentityName: 'default', spec: { mtls: 'STRICT' } }],
  };
  expect(translateCase(secured)).toEqual(translateCase(input));
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
