import type { AwsIamProof } from '../../../../common/contracts/attestation/messages.ts';
import { stsScope, STS_BODY, type SignedTime } from '../../../../common/contracts/attestation/sts-request.ts';
import type { StsSettings } from '../../settings.ts';
import { askSts } from './ask-sts.ts';
import { readCallerIdentity, type AwsCaller } from './caller-identity.ts';
import { Refused } from '../refused.ts';

/** STS itself allows 15 minutes; a challenge is seconds old. */
const MOST_SKEW_MS = 5 * 60 * 1000;

type Form = { readonly pattern: RegExp; readonly wanted: string };

/** The strings of a proof. Their values are not in errors: a session token is a secret. */
const FORMS: Readonly<Record<keyof AwsIamProof, Form>> = {
  accessKeyId: {
    pattern: /^(?:AKIA|ASIA)[A-Z0-9]{12,124}$/,
    wanted: 'an access key of AWS: AKIA or ASIA, and 12 to 124 capital letters or digits',
  },
  date: { pattern: /^\d{8}T\d{6}Z$/, wanted: 'a time as YYYYMMDDTHHMMSSZ' },
  sessionToken: {
    // AWS says that no size is fixed, and issues up to 4,096 bytes today.
    pattern: /^[A-Za-z0-9+/=_.-]{0,8192}$/,
    wanted: 'up to 8,192 characters of base64',
  },
  signature: { pattern: /^[0-9a-f]{64}$/, wanted: '64 hexadecimal digits in lower case' },
};

/**
 * Returns the caller that a signed GetCallerIdentity proves. This control plane builds the whole request and sends it to a host of its own
 * choice; only the four strings of the proof, each of a strict form, are the client's. `headersOf` returns the headers that the
 * signature covers; `now`: milliseconds since 1970.
 * @throws Refused
 */
export async function proveCaller(
  sts: StsSettings,
  { accessKeyId, date, sessionToken, signature }: AwsIamProof,
  headersOf: (signed: SignedTime) => Readonly<Record<string, string>>,
  now: number,
): Promise<AwsCaller> {
  const strings = { accessKeyId, date, sessionToken, signature };
  for (const [name, { pattern, wanted }] of Object.entries(FORMS) as [keyof AwsIamProof, Form][]) {
    if (!pattern.test(strings[name]))
      throw new Refused('PROOF_REFUSED', `the ${name} of the signature has to be ${wanted}`);
  }
  requireClock(date, now);
  const headers = headersOf({ date, sessionToken });
  const names = Object.keys(headers).toSorted().join(';');
  const body = await askSts(sts, {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${stsScope(date, sts.region)}, SignedHeaders=${names}, Signature=${signature}`,
    'content-length': String(Buffer.byteLength(STS_BODY)),
  });
  return readCallerIdentity(body);
}

function requireClock(date: string, now: number): void {
  const [, y, mo, d, h, mi, s] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date) ?? [];
  const at = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`);
  // Not a time at all is refused too.
  if (Math.abs(at - now) <= MOST_SKEW_MS) return;
  throw new Refused(
    'CLOCK_SKEW',
    `the client signed at ${date}, and the clock of this control plane is at ${new Date(now).toISOString()}`,
  );
}
