import { expect, it } from 'vitest';
import { Model } from '../../mesh/model.ts';
import type { NodePrincipal } from '../../model/daybreak-types.ts';
import type { LiveModel } from '../../mesh/live-model.ts';
import type { Attempt } from './attempt.ts';
import { x509Prover } from './x509.ts';

const PROXY = { kind: 'virtualNode', owner: '111122223333', mesh: 'm', parent: '', name: 'a' } as const;

async function verify(principals: NodePrincipal[], foreignNames: Attempt['foreignNames']): Promise<string> {
  const model = new Model();
  const resource = {
    ...PROXY,
    kind: 'nodeIdentity',
    spec: { proxy: { virtualNode: { virtualNodeName: 'a' } }, principals },
    uid: 'u',
    version: 1,
    createdAt: 0,
    lastUpdatedAt: 0,
    resourceOwner: PROXY.owner,
    tags: [],
  } as const;
  model.apply([{ revision: 1, id: resource, resource }]);
  const prover = x509Prover({ model } as LiveModel);
  const attempt = { proxy: PROXY, foreignNames } as Attempt;
  return (await prover.verify(attempt, { method: 'connection certificate' })).principal;
}

it('takes a certificate by the URI or DNS name that is bound', async () => {
  const bound: NodePrincipal[] = [{ x509: { dns: 'a.example' } }, { x509: { uri: 'urn:a' } }];
  expect(await verify(bound, { uris: ['urn:a'], dns: [] })).toBe('urn:a');
  expect(await verify(bound, { uris: [], dns: ['b.example', 'a.example'] })).toBe('a.example');
});

it.each([
  ['another name', { uris: ['urn:b'], dns: ['b.example'] }],
  ['the DNS name as a URI', { uris: ['a.example'], dns: [] }],
  ['an empty URI name', { uris: [''], dns: [] }],
  ['an empty DNS name', { uris: [], dns: [''] }],
])('refuses %s, with the document that would bind it', async (_, names) => {
  const bound: NodePrincipal[] = [
    { x509: { dns: 'a.example' } },
    { x509: { uri: 'urn:a' } },
    { awsRole: { roleArn: 'arn:aws:iam::111122223333:role/r' } },
  ];
  await expect(verify(bound, names)).rejects.toThrow(/no NodeIdentity binds it.*"nodeIdentityName":"a"/);
});
