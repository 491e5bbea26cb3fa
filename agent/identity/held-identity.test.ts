import { expect, it } from 'vitest';
import { identityProblem, untilRenewal } from './held-identity.ts';

it('waits for the time of renewal, and at least a minute: a clock that is ahead made an agent renew without a pause', () => {
  expect(untilRenewal({ renew: 3_600_000 }, 0)).toBe(3_600_000);
  expect(untilRenewal({ renew: 0 }, 3_600_000)).toBeGreaterThanOrEqual(60_000);
});

it('names the problem of an identity that is damaged or that of another node', () => {
  const held = { nodeId: 'a', spiffeId: '', key: '', chain: '', roots: '', ends: 1, renew: 1 };
  expect(identityProblem(held, 'b', 0)).toBe('it is that of a');
  expect(identityProblem(held, 'a', 0)).toBe('it is damaged');
});
