import { setTimeout as sleep } from 'node:timers/promises';
import { signCallerIdentity, type AwsCredentials } from '../../common/contracts/attestation/sign-sts.ts';
import { requireStsHost } from '../../common/contracts/attestation/sts-host.ts';
import { signedLoginHeaders } from '../../common/contracts/attestation/sts-request.ts';
import { CallError } from '../client/errors.ts';
import type { WireResponse } from '../client/send.ts';
import { CommandError } from '../errors.ts';

/** The keys that a login gives, as the control plane answers. */
export type LoginKeys = {
  readonly user: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  /** ISO 8601. */
  readonly expiration: string;
};

/** Inputs of a login. `post` sends a JSON body to the path of logins. */
export type LoginOptions = {
  readonly post: (body: string) => Promise<WireResponse>;
  /** The host of the endpoint, with its port unless it is the default one, as in the header Host. */
  readonly host: string;
  readonly credentials: () => Promise<AwsCredentials>;
};

/** The most attempts, and the base of the back-off with jitter, in milliseconds. */
const ATTEMPTS = 4;
const FIRST_PAUSE_MS = 500;

/**
 * Logs in: asks for a challenge, signs it with credentials of AWS, and returns the keys. The control plane never sees the credentials.
 * Tries again, with a new challenge, if AWS STS does not answer, or the control plane is overloaded.
 * @throws CallError, CommandError
 */
export async function login(options: LoginOptions): Promise<LoginKeys> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await attemptLogin(options);
    } catch (error) {
      const status = error instanceof CallError ? error.status : undefined;
      if (attempt === ATTEMPTS || (status !== 429 && status !== 503)) throw error;
      await sleep(FIRST_PAUSE_MS * 2 ** attempt * (1 + Math.random()));
    }
  }
}

async function attemptLogin({ post, host: endpoint, credentials }: LoginOptions): Promise<LoginKeys> {
  const asked = membersOf(await post('{}'), ['challenge', 'audience', 'stsHost', 'stsRegion']);
  const { challenge = '', audience = '', stsHost: host = '', stsRegion: region = '' } = asked;
  requireStsHost(host, region);
  const subject = { host, audience, challenge, endpoint };
  const proof = await signCallerIdentity({ host, region }, credentials, (signed) =>
    signedLoginHeaders(subject, signed),
  ).catch((cause: unknown) => {
    throw new CommandError(
      'there are no AWS credentials to log in with (a profile that runs daybreak login itself needs --profile with another one)',
      { cause },
    );
  });
  const names = ['user', 'accessKeyId', 'secretAccessKey', 'sessionToken', 'expiration'];
  const keys = membersOf(await post(JSON.stringify({ challenge, ...proof })), names);
  const { user = '', accessKeyId = '', secretAccessKey = '', sessionToken = '', expiration = '' } = keys;
  return { user, accessKeyId, secretAccessKey, sessionToken, expiration };
}

function membersOf(
  { status, headers, body }: WireResponse,
  names: readonly string[],
): Readonly<Record<string, string>> {
  const json = parse(body);
  if (status === 200 && names.every((name) => typeof json?.[name] === 'string'))
    return json as Readonly<Record<string, string>>;
  const code = headers['x-amzn-errortype'];
  if (code === 'UnknownOperationException') {
    throw new CallError('this control plane has no logins: it runs without --trust-domain', { status });
  }
  if (typeof code === 'string' && typeof json?.['message'] === 'string') {
    throw new CallError(`${json['message']} (${code})`, { code, status });
  }
  throw new CallError(`a login was answered with ${status}, which is not an answer of this API`, { status });
}

function parse(body: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}
