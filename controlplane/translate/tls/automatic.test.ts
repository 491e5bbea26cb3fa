import { expect, test } from 'vitest';
import { caseNames, readCase, translateCase } from '../testing/cases.ts';

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
