import { expect, it } from 'vitest';
import type { ProofRecord } from '../../mesh/identity-records.ts';
import type { LedgerEntry } from '../certificate-ledger.ts';
import { IamFailure } from './failure.ts';
import { createPolicyAnswers } from './policy-answers.ts';
import { createPolicyBindings } from './policy-bindings.ts';
import { recheck } from './recheck.ts';
import type { Verdict } from './verdict.ts';

const MINUTE = 60_000;
const BY_POLICY: ProofRecord = {
  method: 'aws iam',
  kind: 'role',
  arn: 'arn:aws:sts::123456789012:assumed-role/web/task',
  principalArn: 'arn:aws:iam::123456789012:role/web',
  uniqueId: 'AROA1',
  session: 'task',
  boundBy: 'iam policy',
};

function certificate(name: string, more: Partial<LedgerEntry> = {}): LedgerEntry {
  return {
    serial: name,
    node: `mesh/m/virtualNode/${name}`,
    owner: '123456789012',
    spiffeId: `spiffe://apps.example/account/123456789012/mesh/m/virtualNode/${name}`,
    ends: 1,
    issued: 0,
    generation: 0,
    from: '',
    proof: BY_POLICY,
    proven: 0,
    ...more,
  };
}

/** Rounds over certificates, with a fake IAM and clock. */
function scene(certificates: readonly LedgerEntry[]) {
  const clock = { now: 0 };
  const asked: string[] = [];
  const iam = { answer: async (_resource: string): Promise<Verdict> => ({ kind: 'allowed', missing: [] }) };
  const warnings: string[] = [];
  const unanswered = new Map<string, number>();
  const answers = createPolicyAnswers(
    async ({ resource }) => {
      asked.push(resource.slice(resource.lastIndexOf('/') + 1));
      return iam.answer(resource);
    },
    () => clock.now,
  );
  const log = { info: () => undefined, warn: (_: object, text: string) => void warnings.push(text) };
  const bindings = createPolicyBindings({ answers, region: 'us-east-1', log });
  const round = async (): Promise<readonly string[]> => {
    asked.length = 0;
    const ledger = { list: () => certificates };
    const options = { ledger, bindings, answers, trustDomain: 'apps.example', log };
    await recheck(options, unanswered, () => clock.now);
    return [...asked];
  };
  const faultOf = (name: string): string | undefined =>
    bindings.fault(BY_POLICY as Extract<ProofRecord, { method: 'aws iam' | 'aws jwt' }>, {
      owner: '123456789012',
      mesh: 'm',
      kind: 'virtualNode',
      name,
    });
  return { clock, iam, round, faultOf, warnings };
}

it('asks about each role and node with a certificate that a policy bound, once in five minutes', async () => {
  const { clock, round } = scene([
    certificate('a'),
    certificate('a', { serial: 'a2' }),
    certificate('b'),
    certificate('named', { proof: { ...BY_POLICY, boundBy: undefined } as unknown as ProofRecord }),
    certificate('token', { proof: { method: 'join token' } }),
    certificate('revoked', { revoked: 1 }),
  ]);
  expect(await round()).toEqual(['a', 'b']);
  clock.now = 5 * MINUTE - 1;
  expect(await round()).toEqual([]);
  clock.now = 5 * MINUTE;
  expect(await round()).toEqual(['a', 'b']);
});

it('a policy that was withdrawn ends its certificates after that time, and one that came back heals them', async () => {
  const { clock, iam, round, faultOf } = scene([certificate('a'), certificate('b')]);
  await round();
  iam.answer = async (resource) =>
    resource.endsWith('/a')
      ? { kind: 'denied', isPolicy: true, reason: 'no statement allows it' }
      : { kind: 'allowed', missing: [] };
  expect(faultOf('a')).toBeUndefined();
  clock.now = 5 * MINUTE;
  await round();
  expect(faultOf('a')).toBe(
    'the IAM policies of arn:aws:sts::123456789012:assumed-role/web/task no longer allow it: no statement allows it',
  );
  expect(faultOf('b')).toBeUndefined();
  // A refusal stays one until another answer comes.
  clock.now = 60 * MINUTE;
  expect(faultOf('a')).toBeDefined();
  iam.answer = async () => ({ kind: 'allowed', missing: [] });
  await round();
  expect(faultOf('a')).toBeUndefined();
});

it('certificates stay good while IAM gives no answer, and the round ends with its first failure', async () => {
  const { clock, iam, round, faultOf, warnings } = scene([certificate('a'), certificate('b')]);
  await round();
  clock.now = 10 * MINUTE;
  iam.answer = () => Promise.reject(new IamFailure('away', 'AWS IAM did not answer'));
  expect(await round()).toEqual(['a']);
  expect(faultOf('a')).toBeUndefined();
  expect(warnings).toEqual(['certificates that IAM policies bound stay good: AWS IAM did not answer']);
});

it('a question that IAM refuses keeps no other one from its turn: a withdrawn policy of another role had no effect', async () => {
  const refused = Array.from({ length: 12 }, (_, index) => certificate(`refused${index}`));
  const { clock, iam, round, faultOf, warnings } = scene([...refused, certificate('a')]);
  iam.answer = async (resource) => {
    if (resource.includes('/refused')) throw new IamFailure('unusable', 'AWS IAM answered 400');
    return { kind: 'denied', isPolicy: true, reason: 'no statement allows it' };
  };
  expect(await round()).toHaveLength(10);
  expect(warnings).toHaveLength(1);
  expect(await round()).toEqual(['refused10', 'refused11', 'a']);
  expect(faultOf('a')).toContain('no statement allows it');
  expect(await round()).toEqual([]);
  clock.now = 5 * MINUTE;
  expect(await round()).toHaveLength(10);
});

it('asks ten questions a round, the oldest answers first', async () => {
  const { clock, round } = scene(Array.from({ length: 15 }, (_, index) => certificate(`n${index}`)));
  expect(await round()).toHaveLength(10);
  clock.now = 1000;
  expect(await round()).toEqual(['n10', 'n11', 'n12', 'n13', 'n14']);
  clock.now = 5 * MINUTE + 1000;
  expect((await round()).toSorted()).toEqual(
    Array.from({ length: 10 }, (_, index) => `n${index}`).toSorted(),
  );
});
