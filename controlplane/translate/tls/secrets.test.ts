import { expect, test } from 'vitest';
import { CLUSTER, ENDPOINTS, LISTENER, ROUTES, SECRET, type Snapshot } from '../../../xds/types.ts';
import { readFeatures } from '../features.ts';
import { DEFAULT_SETTINGS } from '../options.ts';
import { caseView, readCase } from '../testing/cases.ts';
import { NOTHING_FOUND, withoutKeys, type Certificate, type Found } from '../external-inputs.ts';
import { translate } from '../translate.ts';

const OPTIONS = { ...readFeatures({ sds: true }), ...DEFAULT_SETTINGS };
const certificate = (name: string): Certificate => ({ chain: name, privateKey: name, authority: name });

/** Everything is known, by this name. */
const known = (name: string): Found => ({
  ...NOTHING_FOUND,
  certificate: () => certificate(name),
  authority: () => ({ pem: name }),
});

const versions = (snapshot: Snapshot, type: string) =>
  Array.from(snapshot.get(type)?.resources.values() ?? [], ({ name, version }) => [name, version]);

test.each([
  'tls-listeners',
  'tls-server-decides',
  'tls-client-policies',
])('%s: what is found changes the secrets and nothing else, and is not remembered', (name) => {
  const view = caseView(readCase(name));
  const [first, renewed, lost] = [known('one'), known('two'), NOTHING_FOUND].map(
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
])('%s: a proxy that may have no keys gets everything else', (name) => {
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
