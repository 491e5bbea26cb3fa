import { expect, test } from 'vitest';
import { CLUSTER, ENDPOINTS, LISTENER, ROUTES, SECRET, type Snapshot } from '../../../xds/types.ts';
import { readFeatures } from '../features.ts';
import { DEFAULT_SETTINGS } from '../options.ts';
import { caseView, readCase } from '../testing/cases.ts';
import {
  NO_EXTERNAL_INPUTS,
  withoutKeys,
  type Certificate,
  type ExternalInputs,
} from '../external-inputs.ts';
import { translate } from '../translate.ts';

const OPTIONS = { ...readFeatures({ sds: true }), ...DEFAULT_SETTINGS };
const certificate = (name: string): Certificate => ({ chain: name, privateKey: name, authority: name });

/** Inputs in which everything is known by this name. */
const known = (name: string): ExternalInputs => ({
  ...NO_EXTERNAL_INPUTS,
  certificate: () => certificate(name),
  authority: () => ({ pem: name }),
});

const versions = (snapshot: Snapshot, type: string) =>
  Array.from(snapshot.get(type)?.resources.values() ?? [], ({ name, version }) => [name, version]);

test.each([
  'tls-listeners',
  'tls-server-decides',
  'tls-client-policies',
])('%s: inputs change only the secrets, and are not cached', (name) => {
  const view = caseView(readCase(name));
  const [first, renewed, lost] = [known('one'), known('two'), NO_EXTERNAL_INPUTS].map(
    (found) => translate(view, OPTIONS, found).snapshot,
  );
  if (first === undefined || renewed === undefined || lost === undefined) throw new Error('three, of three');
  for (const type of [CLUSTER, LISTENER]) {
    expect(versions(renewed, type)).toEqual(versions(first, type));
    expect(versions(lost, type)).toEqual(versions(first, type));
  }
  const names = versions(first, SECRET).map(([secret]) => secret);
  expect(versions(renewed, SECRET).map(([secret]) => secret)).toEqual(names);
  expect(versions(renewed, SECRET)).not.toEqual(versions(first, SECRET));
  expect(versions(lost, SECRET)).toEqual([]);
});

test.each([
  'tls-gateway-listeners',
  'tls-listeners',
  'tls-server-decides',
  'tls-client-policies',
])('%s: a proxy without access to keys gets everything else', (name) => {
  const view = caseView(readCase(name));
  const all = translate(view, OPTIONS, known('the key')).snapshot;
  const { snapshot, problems } = translate(view, OPTIONS, withoutKeys(known('the key')));
  for (const type of [CLUSTER, ENDPOINTS, LISTENER, ROUTES]) {
    expect(versions(snapshot, type)).toEqual(versions(all, type));
  }
  const certificates = versions(all, SECRET).flatMap(([secret = '']) =>
    secret.startsWith('certificate:') ? [secret] : [],
  );
  expect(versions(snapshot, SECRET)).toEqual(
    versions(all, SECRET).filter(([secret = '']) => !certificates.includes(secret)),
  );
  expect([...(snapshot.get(SECRET)?.unknown ?? [])]).toEqual(
    certificates.map((secret) => [secret, undefined]),
  );
  for (const secret of certificates) {
    const arn = secret.slice('certificate:'.length);
    expect(problems.map(({ what }) => what)).toContainEqual(expect.stringContaining(`the key of ${arn}`));
  }
});
