import { SignatureV4 } from '@smithy/signature-v4';
import { JWT_ALGORITHM } from '../../common/contracts/attestation/web-identity.ts';
import { Sha256 } from '../../common/sha256.ts';
import { roleCredentials } from './role-credentials.ts';

/** Time limit of the call, in milliseconds. */
const CALL_MS = 5000;
/** The longest answer, in bytes. */
const LONGEST_ANSWER = 32 * 1024;
/** How long the token is valid, in seconds: the shortest that AWS allows, twice. */
const SECONDS = 120;

/** The purpose of a token. `host`, `region`: AWS STS; `endpoint` replaces `https://HOST`. */
export type TokenRequest = {
  readonly host: string;
  readonly region: string;
  readonly endpoint: string | undefined;
  readonly audience: string;
  readonly tags: Readonly<Record<string, string>>;
};

/**
 * Gets a token of `sts:GetWebIdentityToken` for the role of the task or instance. One call of AWS's query protocol, signed and sent here, like the
 * other call of this service.
 * @throws Error with AWS's code, such as `OutboundWebIdentityFederationDisabledException`
 */
export async function webIdentityToken(wanted: TokenRequest): Promise<string> {
  const { host, region, endpoint } = wanted;
  const credentials = await roleCredentials(region);
  const url = new URL(endpoint ?? `https://${host}`);
  const body = new URLSearchParams(parametersOf(wanted)).toString();
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Sha256 });
  const { headers } = await signer.sign({
    method: 'POST',
    protocol: url.protocol,
    hostname: url.hostname,
    path: '/',
    query: {},
    headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded' },
    body,
  });
  const signal = AbortSignal.timeout(CALL_MS);
  const answer = await fetch(url, { method: 'POST', headers, body, redirect: 'error', signal });
  const text = await textOf(answer);
  const token = /<WebIdentityToken>([\w-]+\.[\w-]+\.[\w-]+)<\/WebIdentityToken>/.exec(text)?.[1];
  if (answer.status === 200 && token !== undefined) return token;
  const code = /<Code>([A-Za-z]{1,80})<\/Code>/.exec(text)?.[1] ?? 'without a token';
  throw new Error(`AWS STS answered ${answer.status} ${code} to GetWebIdentityToken`);
}

/** Returns the parameters of the call, in AWS's query protocol. */
export function parametersOf({
  audience,
  tags,
}: Pick<TokenRequest, 'audience' | 'tags'>): Readonly<Record<string, string>> {
  const tagged = Object.entries(tags).flatMap(([key, value], index) => [
    [`Tags.member.${index + 1}.Key`, key],
    [`Tags.member.${index + 1}.Value`, value],
  ]);
  return {
    Action: 'GetWebIdentityToken',
    Version: '2011-06-15',
    'Audience.member.1': audience,
    DurationSeconds: String(SECONDS),
    SigningAlgorithm: JWT_ALGORITHM,
    ...(Object.fromEntries(tagged) as Readonly<Record<string, string>>),
  };
}

async function textOf(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > LONGEST_ANSWER)
      throw new Error(`the answer of AWS STS is longer than ${LONGEST_ANSWER} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
