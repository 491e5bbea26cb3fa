import { setTimeout as sleep } from 'node:timers/promises';
import { awsCredentials } from '../../../common/aws-credentials.ts';
import { Sha256 } from '../../../common/sha256.ts';
import { AnswerTooLong, errorCodeOf, mayPass, postToAws, type AwsAnswer } from '../aws-post.ts';
import { IamFailure } from './failure.ts';

/** Actions of IAM that the control plane calls. */
export type IamAction = 'GetRole' | 'SimulatePrincipalPolicy';

/**
 * Calls AWS IAM with the control plane's own credentials, and returns the body of the answer; undefined if IAM does not know the entity. Calls
 * once more if IAM does not answer, fails or throttles.
 * @throws IamFailure
 */
export type IamCall = (
  action: IamAction,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<string | undefined>;

/** IAM is global: signatures name this region, in the partition `aws`. */
const SIGNING_REGION = 'us-east-1';
const VERSION = '2010-05-08';
/** Time-out of one request, in milliseconds. */
const LIMIT_MS = 5000;
/** The longest wait before the second request, in milliseconds: half of it, and as much again at random. */
const MOST_WAIT_MS = 1000;
/** The longest answer, in bytes: with all statements that match, a real one may have some tens of thousands. */
const LONGEST_ANSWER = 256 * 1024;

/** Creates calls. `endpoint` has no path. */
export function createIamCall(endpoint: string, credentials = awsCredentials(SIGNING_REGION)): IamCall {
  const url = new URL(`${endpoint}/`);

  async function send(form: string, signal: AbortSignal): Promise<AwsAnswer> {
    const { SignatureV4 } = await import('@smithy/signature-v4');
    const signer = new SignatureV4({ service: 'iam', region: SIGNING_REGION, credentials, sha256: Sha256 });
    const signed = await signer
      .sign({
        method: 'POST',
        protocol: url.protocol,
        hostname: url.hostname,
        path: url.pathname,
        query: {},
        headers: { host: url.host, 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
        body: form,
      })
      .catch((cause: unknown) => {
        throw new IamFailure('unusable', 'the control plane has no AWS credentials', { cause });
      });
    const headers = { ...signed.headers, 'content-length': String(Buffer.byteLength(form)) };
    const limits = {
      signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]),
      longest: LONGEST_ANSWER,
    };
    return postToAws(url, headers, form, limits).catch((cause: unknown) => {
      if (cause instanceof AnswerTooLong)
        throw new IamFailure('unusable', `the answer of AWS IAM cannot be used: ${cause.message}`);
      throw new IamFailure('away', 'AWS IAM did not answer', { cause });
    });
  }

  return async (action, parameters, signal) => {
    const form = new URLSearchParams({ Action: action, Version: VERSION, ...parameters }).toString();
    const read = async (): Promise<string | undefined> => bodyOf(action, await send(form, signal));
    return read().catch(async (error: unknown) => {
      if (!(error instanceof IamFailure) || error.kind !== 'away' || signal.aborted) throw error;
      await sleep((MOST_WAIT_MS / 2) * (1 + Math.random()));
      return read();
    });
  };
}

function bodyOf(action: IamAction, answer: AwsAnswer): string | undefined {
  const { status, type, body } = answer;
  if (status === 200) {
    if (!/^(?:text|application)\/xml(?:;|$)/.test(type))
      throw new IamFailure('unusable', `the answer of AWS IAM is not that of ${action}: it is not text/xml`);
    return body;
  }
  const code = errorCodeOf(answer);
  if (status === 404 && code === 'NoSuchEntity') return undefined;
  const answered = `AWS IAM answered iam:${action} with ${status} ${code}`.trimEnd();
  const cause = new Error(/<Message>([^<]{1,1000})<\/Message>/.exec(body)?.[1] ?? 'no message');
  if (mayPass(answer)) throw new IamFailure('away', answered, { cause });
  throw new IamFailure('unusable', `${answered}${HINTS[code] ?? ''}`, { cause });
}

const HINTS: Readonly<Record<string, string>> = {
  AccessDenied: ': the role of the control plane needs iam:GetRole and iam:SimulatePrincipalPolicy',
  InvalidInput: ': it may no longer know the actions of App Mesh; name the role in a NodeIdentity',
};
