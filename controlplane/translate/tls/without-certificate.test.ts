import { expect, test } from 'vitest';
import { readFeatures } from '../features.ts';
import { NO_OPTIONS } from '../options.ts';
import { caseInputs, caseNames, caseView, golden, readCase, type Case } from '../testing/cases.ts';
import { translate } from '../translate.ts';

// App Mesh's own image, and every proxy without a certificate: `--trust-domain` and the modes of the mesh change no byte of its configuration.

const SECURITY = [
  { meshName: 'm', meshIdentityName: 'default', spec: { mtls: 'PERMISSIVE', authorization: 'ENFORCE' } },
  { meshName: 'm', meshIdentityName: 'default', spec: { mtls: 'STRICT', authorization: 'AUDIT' } },
];

function configOf(each: Case, withAuthority: boolean): string {
  const given = withAuthority
    ? { ...each, settings: { ...each.settings, trustDomain: 'apps.example' } }
    : each;
  // The features of the case, without those of an agent with a certificate.
  const features = { ...readFeatures(each.features ?? {}), mtls: false, authorization: false };
  const { settings } = given;
  const options = { ...NO_OPTIONS, ...features, ...settings };
  const { problems: _, ...config } = golden(translate(caseView(given), options, caseInputs(given)));
  return JSON.stringify(config);
}

const NAMES = caseNames().filter((name) => !/^(mtls|authorization)/.test(name));

test.each(
  NAMES,
)('%s: a proxy without a certificate has the same configuration with and without an authority', (name) => {
  const without = configOf(readCase(name), false);
  expect(configOf(readCase(name), true)).toBe(without);
  for (const identity of SECURITY) {
    // Caches are keyed by the objects of the model, and each reading of a case has its own objects.
    const each = readCase(name);
    const secured = { ...each, resources: [...each.resources, identity] } as Case;
    expect(configOf(secured, true)).toBe(without);
  }
});
