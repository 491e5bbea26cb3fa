import { expect, it } from 'vitest';
import type { CertificateRecord, ProofRecord } from '../mesh/identity-records.ts';
import { FIXTURE_OWNER, modelFromInputs } from '../mesh/testing/resources.ts';
import type { NodePrincipal } from '../model/daybreak-types.ts';
import { createStanding, type StandingOptions } from './standing.ts';

const ROLE = 'arn:aws:iam::111122223333:role/web';
const BY_ROLE: ProofRecord = {
  method: 'aws iam',
  kind: 'role',
  arn: 'arn:aws:sts::111122223333:assumed-role/web/task',
  principalArn: ROLE,
  uniqueId: 'AROAX',
  session: 'task',
};

function fault(
  principals: readonly NodePrincipal[],
  certificate: Partial<CertificateRecord>,
  policies?: StandingOptions['policies'],
) {
  const spec = { proxy: { virtualNode: { virtualNodeName: 'a' } }, principals };
  const model = modelFromInputs([{ meshName: 'm', nodeIdentityName: 'a', spec }]);
  const record: CertificateRecord = {
    node: 'mesh/m/virtualNode/a',
    owner: FIXTURE_OWNER,
    spiffeId: `spiffe://apps.example/account/${FIXTURE_OWNER}/mesh/m/virtualNode/a`,
    ends: 1,
    issued: 0,
    generation: 0,
    from: '',
    proof: BY_ROLE,
    proven: 0,
    ...certificate,
  };
  return createStanding({ model, trustDomain: 'apps.example', policies })(record);
}

it('a certificate is good while its principal is bound', () => {
  expect(fault([{ awsRole: { roleArn: ROLE } }], {})).toBeUndefined();
  expect(fault([], { proof: { method: 'join token' } })).toBeUndefined();
  expect(fault([], { proof: undefined })).toBeUndefined();
  expect(
    fault([{ x509: { uri: 'urn:a' } }], { proof: { method: 'x509', uris: ['urn:a'], dns: [] } }),
  ).toBeUndefined();
});

it.each<[string, readonly NodePrincipal[], Partial<CertificateRecord>, string]>([
  [
    'its binding is gone',
    [],
    {},
    'no NodeIdentity binds arn:aws:sts::111122223333:assumed-role/web/task to mesh/m',
  ],
  ['another role is bound', [{ awsRole: { roleArn: `${ROLE}2` } }], {}, 'no NodeIdentity binds'],
  [
    'its unique id is another',
    [{ awsRole: { roleArn: ROLE, uniqueId: 'AROAY' } }],
    {},
    'no NodeIdentity binds',
  ],
  ['its name is not bound', [], { proof: { method: 'x509', uris: ['urn:a'], dns: [] } }, 'binds urn:a to'],
  [
    'it was revoked',
    [{ awsRole: { roleArn: ROLE } }],
    { revoked: 0 },
    'it was revoked at 1970-01-01T00:00:00.000Z',
  ],
])('a certificate is no longer good if %s', (_, principals, certificate, words) => {
  expect(fault(principals, certificate)).toContain(words);
});

const BY_POLICY: Partial<CertificateRecord> = { proof: { ...BY_ROLE, boundBy: 'iam policy' } };
const allows = { fault: () => undefined };
const refuses = { fault: () => 'its policy was withdrawn' };

it('a certificate that an IAM policy bound is good while the policy allows it, or a NodeIdentity names its role', () => {
  expect(fault([], BY_POLICY, allows)).toBeUndefined();
  expect(fault([{ x509: { uri: 'urn:a' } }], BY_POLICY, allows)).toBeUndefined();
  expect(fault([{ awsRole: { roleArn: ROLE } }], BY_POLICY, refuses)).toBeUndefined();
  expect(fault([{ awsRole: { roleArn: ROLE } }], BY_POLICY)).toBeUndefined();
});

it.each<[string, readonly NodePrincipal[], StandingOptions['policies'], string]>([
  ['the policy was withdrawn', [], refuses, 'its policy was withdrawn'],
  ['policies no longer bind', [], undefined, 'and --bind-by-iam-policy is off'],
  [
    'a NodeIdentity names another role',
    [{ awsRole: { roleArn: `${ROLE}2` } }],
    allows,
    'no NodeIdentity binds',
  ],
  ['a NodeIdentity names a user', [{ awsUser: { userArn: ROLE } }], allows, 'no NodeIdentity binds'],
])('a certificate that an IAM policy bound is no longer good if %s', (_, principals, policies, words) => {
  expect(fault(principals, BY_POLICY, policies)).toContain(words);
});

it('a policy does not make up for a NodeIdentity that bound the certificate', () => {
  expect(fault([], {}, allows)).toContain('no NodeIdentity binds');
});
