import { expect, it } from 'vitest';
import { readCallerIdentity } from './caller-identity.ts';

const ROLE = {
  Arn: 'arn:aws:sts::111122223333:assumed-role/web/6b777c18',
  UserId: 'AROAEXAMPLE:6b777c18',
  Account: '111122223333',
};

function answer(members: object, extra = ''): string {
  const inner = Object.entries(members).map(([name, value]) => `<${name}>${value}</${name}>`);
  return `<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
  <GetCallerIdentityResult>${inner.join('')}${extra}</GetCallerIdentityResult>
  <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>
</GetCallerIdentityResponse>`;
}

it('reads a role with its session, and the ARN of the role in IAM', () => {
  expect(readCallerIdentity(`<?xml version="1.0"?>\n${answer(ROLE)}`)).toEqual({
    kind: 'role',
    arn: ROLE.Arn,
    principalArn: 'arn:aws:iam::111122223333:role/web',
    uniqueId: 'AROAEXAMPLE',
    session: '6b777c18',
  });
});

it('reads the partition, and a user with a path', () => {
  const china = { ...ROLE, Arn: ROLE.Arn.replace('arn:aws:', 'arn:aws-cn:') };
  expect(readCallerIdentity(answer(china)).principalArn).toBe('arn:aws-cn:iam::111122223333:role/web');
  const arn = 'arn:aws:iam::111122223333:user/ops/eve';
  expect(readCallerIdentity(answer({ Arn: arn, UserId: 'AIDA', Account: '111122223333' }))).toEqual({
    kind: 'user',
    arn,
    principalArn: arn,
    uniqueId: 'AIDA',
    session: '',
  });
});

it.each([
  ['JSON', JSON.stringify({ GetCallerIdentityResponse: ROLE })],
  ['nothing', ''],
  ['cut XML', answer(ROLE).slice(0, 200)],
  ['a DOCTYPE', `<!DOCTYPE x [<!ENTITY a "b">]>${answer(ROLE)}`],
  ['a comment in a member', answer({ ...ROLE, Arn: `${ROLE.Arn}<!-- x -->` })],
  ['a CDATA section', answer({ ...ROLE, Arn: `<![CDATA[${ROLE.Arn}]]>` })],
  ['a member twice', answer(ROLE, `<Arn>${ROLE.Arn}</Arn>`)],
  ['a missing member', answer({ Arn: ROLE.Arn, UserId: ROLE.UserId })],
  ['a further member', answer(ROLE, '<Role>admin</Role>')],
  ['another namespace', answer(ROLE).replace('2011-06-15', '2012-06-15')],
  ['no namespace', answer(ROLE).replace(/ xmlns="[^"]*"/, '')],
  ['two answers', answer(ROLE) + answer(ROLE)],
  ['the answer within another element', `<x>${answer(ROLE)}</x>`],
  ['text beside the members', answer(ROLE, 'text')],
  ['a nested member', answer({ ...ROLE, Arn: `<Arn>${ROLE.Arn}</Arn>` })],
  ['an attribute of a member', answer(ROLE).replace('<Arn>', '<Arn a="b">')],
  ['another account', answer({ ...ROLE, Account: '444455556666' })],
  ['another session in the user id', answer({ ...ROLE, UserId: 'AROAEXAMPLE:other' })],
  ['the account itself', answer({ ...ROLE, Arn: 'arn:aws:iam::111122223333:root' })],
  ['a federated user', answer({ ...ROLE, Arn: 'arn:aws:sts::111122223333:federated-user/eve' })],
  ['an entity in a name', answer({ ...ROLE, Arn: ROLE.Arn.replace('web', '&#119;eb') })],
])('refuses %s', (_, body) => {
  expect(() => readCallerIdentity(body)).toThrow(
    expect.objectContaining({
      refusal: expect.objectContaining({ code: 'PROOF_REFUSED' }) as unknown,
    }) as Error,
  );
});
