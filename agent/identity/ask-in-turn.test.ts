import { expect, test, vi } from 'vitest';
import { askInTurn, ProofFailed } from './ask-in-turn.ts';
import { AttestationRefused, ControlPlaneBusy } from './attest.ts';
import type { FirstProof } from './identity-settings.ts';
import { createProofTurns } from './proof-turns.ts';

const PROOFS = ['join-token', 'aws-iam', 'x509'] as const;
const MINUTE = 60_000;

let now = 0;

/** A control plane that takes the first way that it is offered. `outcome`: why a way fails; undefined: it gives a certificate. */
function scene(outcome: (proof: FirstProof) => unknown) {
  now = 0;
  const turns = createProofTurns(PROOFS, () => now);
  const offered: (readonly FirstProof[])[] = [];
  const ask = async (proofs: readonly FirstProof[]): Promise<string> => {
    offered.push(proofs);
    const [first = 'x509'] = proofs;
    const error = outcome(first);
    if (error !== undefined) throw error;
    return `a certificate by ${first}`;
  };
  return { turns, offered, attempt: () => askInTurn(turns, ask) };
}

const refused = (proof: FirstProof, text: string, waitMs = MINUTE): ProofFailed =>
  new ProofFailed(proof, new AttestationRefused(text, waitMs));

test('a join token that was used does not keep the role from being the proof: the agent asked with the token for ever', async () => {
  const { offered, attempt } = scene((proof) =>
    proof === 'join-token' ? refused(proof, 'TOKEN_UNKNOWN: used') : undefined,
  );
  expect(await attempt()).toBe('a certificate by aws-iam');
  expect(offered).toEqual([PROOFS, ['aws-iam', 'x509']]);
});

test('a proof that the agent cannot give is followed by the next one: a machine outside of AWS has no role', async () => {
  const { attempt } = scene((proof) =>
    proof === 'join-token' ? new ProofFailed(proof, new Error('ENOENT')) : undefined,
  );
  expect(await attempt()).toBe('a certificate by aws-iam');
});

test('each way is tried once, and none before its refusal allows it', async () => {
  const { offered, attempt } = scene((proof) =>
    refused(proof, `NO: ${proof}`, proof === 'x509' ? MINUTE / 2 : MINUTE),
  );
  await expect(attempt()).rejects.toMatchObject({
    message: 'NO: join-token; then NO: aws-iam; then NO: x509',
    retryAfterMs: MINUTE / 2,
  });
  expect(offered).toHaveLength(3);
  now = MINUTE / 2;
  await expect(attempt()).rejects.toMatchObject({ retryAfterMs: MINUTE / 2 });
  expect(offered.slice(3)).toEqual([['x509']]);
  now = MINUTE;
  await expect(attempt()).rejects.toThrow('NO: join-token; then NO: aws-iam; then NO: x509');
  expect(offered[4]).toEqual(PROOFS);
});

test('while the credentials of AWS are not there yet, the agent comes back soon, and does not repeat the token', async () => {
  const { offered, attempt } = scene((proof) =>
    proof === 'aws-iam'
      ? new ProofFailed(proof, new Error('no credentials'))
      : refused(proof, `NO: ${proof}`),
  );
  await expect(attempt()).rejects.toMatchObject({ retryAfterMs: 0 });
  now = 1000;
  await expect(attempt()).rejects.toMatchObject({
    message: 'NO: join-token; then no credentials; then NO: x509',
    retryAfterMs: 0,
  });
  expect(offered.at(-1)).toEqual(['aws-iam']);
});

test('with one way alone, the error is what it was', async () => {
  const turns = createProofTurns(['aws-iam'], () => now);
  const failing = (error: unknown) =>
    askInTurn(turns, vi.fn<() => Promise<string>>().mockRejectedValue(error));
  await expect(failing(refused('aws-iam', 'NOT_BOUND: r'))).rejects.toMatchObject({
    message: 'NOT_BOUND: r',
    retryAfterMs: MINUTE,
  });
  turns.reset();
  const local = await failing(new ProofFailed('aws-iam', new Error('no credentials'))).catch(
    (error) => error,
  );
  expect(local).not.toBeInstanceOf(AttestationRefused);
  expect(local).toMatchObject({ message: 'no credentials' });
});

test.each([
  ['is busy', new ControlPlaneBusy('8 RESOURCE_EXHAUSTED', 5000)],
  ['does not answer', new Error('ECONNREFUSED')],
  ['refuses the node', new AttestationRefused('NODE_UNKNOWN: n', MINUTE)],
])('no other way follows if the control plane %s', async (_, error) => {
  const { offered, attempt } = scene(() => error);
  await expect(attempt()).rejects.toBe(error);
  expect(offered).toHaveLength(1);
});

test('the reason of the first way stays if the control plane can use none of the others', async () => {
  const { attempt } = scene((proof) =>
    proof === 'join-token'
      ? refused(proof, 'TOKEN_EXPIRED: the join token has expired')
      : new AttestationRefused('NO_METHOD: the agent can prove itself by aws jwt', MINUTE),
  );
  await expect(attempt()).rejects.toThrow(/^TOKEN_EXPIRED: the join token has expired$/);
});
