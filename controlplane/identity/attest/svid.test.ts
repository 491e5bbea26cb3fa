import { expect, it } from 'vitest';
import type { ProofMethod } from '../../../common/contracts/attestation/messages.ts';
import { FIXTURE_OWNER, modelFromInputs } from '../../mesh/testing/resources.ts';
import type { LedgerEntry } from '../certificate-ledger.ts';
import { createStanding } from '../standing.ts';
import { svidProver } from './svid.ts';

const OWNER = FIXTURE_OWNER;
const ID = `spiffe://apps.example/account/${OWNER}/mesh/m/virtualNode/a`;
const HOUR = 3_600_000;

/** Whether a certificate that was proven an hour and a half ago can be renewed. */
function offers(
  proofHours: number | undefined,
  entry: Partial<LedgerEntry> | undefined,
  methods: readonly ProofMethod[] = ['svid', 'join token'],
): boolean {
  const spec = proofHours === undefined ? {} : { proofHours };
  const model = modelFromInputs([{ meshName: 'm', meshIdentityName: 'default', spec }]);
  const known: LedgerEntry = {
    serial: 's',
    node: 'mesh/m/virtualNode/a',
    owner: OWNER,
    spiffeId: ID,
    ends: 72 * HOUR,
    issued: 0,
    generation: 0,
    from: '',
    proof: { method: 'join token' },
    proven: 0,
    ...entry,
  };
  const ledger = { get: () => (entry === undefined ? undefined : known) };
  const attempt = {
    certificateNames: [ID],
    certificateSerial: 's',
    foreignNames: { uris: [], dns: [] },
    spiffeId: ID,
    methods,
  };
  const faultOf = createStanding({ model, trustDomain: 'apps.example', policies: undefined });
  return svidProver(model, ledger, faultOf, () => 1.5 * HOUR).offers(attempt);
}

it('renews a certificate as long as the mesh allows without a new proof; without a limit, for ever', () => {
  expect(offers(undefined, {})).toBe(true);
  expect(offers(2, {})).toBe(true);
  expect(offers(1, {})).toBe(false);
  expect(offers(1, { proven: HOUR })).toBe(true);
  expect(offers(1, undefined)).toBe(true);
});

it('does not renew a revoked certificate', () => {
  expect(offers(undefined, { revoked: 1 })).toBe(false);
});

it('an agent whose certificate a restored store does not know proves itself again, if it can: no binding ended such a certificate', () => {
  expect(offers(undefined, undefined, ['svid', 'aws iam'])).toBe(false);
  expect(offers(undefined, undefined, ['svid', 'x509'])).toBe(false);
  expect(offers(undefined, undefined, ['svid', 'join token'])).toBe(true);
  // The agent would choose its token, which is used up.
  expect(offers(undefined, undefined, ['svid', 'join token', 'aws iam'])).toBe(true);
  expect(offers(undefined, {}, ['svid', 'aws iam'])).toBe(true);
});
