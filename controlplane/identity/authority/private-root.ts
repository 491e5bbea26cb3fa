import { randomUUID, X509Certificate } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  createPrivateCaCall,
  PrivateCaRefusal,
  type PrivateCaCall,
} from '../../discovery/certificates/private-ca-call.ts';
import { readAuthority } from '../../discovery/certificates/certificate.ts';
import { reasonOf } from '../../discovery/errors.ts';
import { IdentityError } from '../errors.ts';
import { INTERMEDIATE_LIFETIME, requestIntermediate, type Signer } from './certificates.ts';

/** A certificate authority of AWS Private CA as the root: its key never leaves AWS, and it signs our intermediate. */
export type PrivateRoot = {
  readonly arn: string;
  /** Returns the authority's certificate, DER. @throws IdentityError */
  readonly certificate: () => Promise<Uint8Array>;
  /** Creates a key, and has the authority with the certificate `root` (DER) sign an intermediate for it. @throws IdentityError */
  readonly intermediate: (trustDomain: string, root: Uint8Array, now: number) => Promise<Signer>;
};

/** Time-outs in milliseconds: of one call, and of the issue of a certificate with all of its calls. AWS says seconds, sometimes longer. */
export type PrivateRootLimits = { readonly call: number; readonly issue: number };

const LIMITS: PrivateRootLimits = { call: 10_000, issue: 60_000 };
/** The first and the longest wait between two calls, in milliseconds, before jitter. */
const WAIT = { first: 250, longest: 5000 };
/** Errors after which the same call may succeed a moment later. */
const PASSING = new Set(['RequestInProgressException', 'ThrottlingException', 'TooManyRequestsException']);

/** Opens an authority of AWS Private CA. `endpoint` replaces AWS's own address. Nothing is called yet. */
export function openPrivateRoot(
  arn: string,
  endpoint: string | undefined,
  limits: PrivateRootLimits = LIMITS,
): PrivateRoot {
  const call = createPrivateCaCall(endpoint);
  const named = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw new IdentityError(
        'CA_ROOT_UNUSABLE',
        `--ca-root="acm-pca:${arn}": AWS Private CA does not ${what}: ${reasonOf(cause)}`,
        { cause },
      );
    }
  };
  return {
    arn,
    certificate: () =>
      named('return the certificate of the authority', async () => {
        const target = 'ACMPrivateCA.GetCertificateAuthorityCertificate';
        const answer = await repeated(call, limits)(arn, target, {});
        const pem = readAuthority(answer.text('Certificate'), 'the certificate of the authority');
        signingAlgorithm(new X509Certificate(pem));
        return derOf(pem);
      }),
    intermediate: (trustDomain, root, now) =>
      named('issue an intermediate', () =>
        issue({ call: repeated(call, limits), arn, trustDomain, root, now }),
      ),
  };
}

type Repeated = (
  arn: string,
  target: Parameters<PrivateCaCall>[1],
  input: Parameters<PrivateCaCall>[2],
) => ReturnType<PrivateCaCall>;

/** Repeats calls that fail for a moment, until the limit of all calls is over. */
function repeated(call: PrivateCaCall, limits: PrivateRootLimits): Repeated {
  const end = performance.now() + limits.issue;
  return async (arn, target, input) => {
    for (let wait = WAIT.first; ; wait = Math.min(wait * 2, WAIT.longest)) {
      const left = end - performance.now();
      try {
        return await call(arn, target, input, AbortSignal.timeout(Math.max(1, Math.min(limits.call, left))));
      } catch (error) {
        if (!isPassing(error) || left <= wait * 2) throw error;
      }
      await sleep(wait * (1 + Math.random()));
    }
  };
}

function isPassing(error: unknown): boolean {
  if (error instanceof PrivateCaRefusal) return error.status >= 500 || PASSING.has(error.type);
  // The network failed, or no answer came.
  return error instanceof Error && (error.name === 'TimeoutError' || error instanceof TypeError);
}

type IssueInput = {
  readonly call: Repeated;
  readonly arn: string;
  readonly trustDomain: string;
  readonly root: Uint8Array;
  readonly now: number;
};

async function issue({ call, arn, trustDomain, root, now }: IssueInput): Promise<Signer> {
  const above = new X509Certificate(root);
  const { request, key } = await requestIntermediate(trustDomain);
  const partition = arn.split(':')[1] ?? 'aws';
  const ends = Math.min(now + INTERMEDIATE_LIFETIME, above.validToDate.getTime());
  const issued = await call(arn, 'ACMPrivateCA.IssueCertificate', {
    Csr: Buffer.from(request.toString('pem')).toString('base64'),
    SigningAlgorithm: signingAlgorithm(above),
    TemplateArn: `arn:${partition}:acm-pca:::template/SubordinateCACertificate_PathLen0/V1`,
    Validity: { Type: 'ABSOLUTE', Value: Math.floor(ends / 1000) },
    // A repeated call gets the same certificate.
    IdempotencyToken: randomUUID().replaceAll('-', ''),
  });
  const CertificateArn = issued.text('CertificateArn');
  const answer = await call(arn, 'ACMPrivateCA.GetCertificate', { CertificateArn });
  const certificate = derOf(readAuthority(answer.text('Certificate'), 'the issued certificate'));
  check(new X509Certificate(certificate), above, new Uint8Array(request.publicKey.rawData));
  return { certificate, key };
}

/** @throws Error unless the certificate is for our key, and below the root that proxies trust */
function check(certificate: X509Certificate, root: X509Certificate, publicKey: Uint8Array): void {
  const own = certificate.publicKey.export({ type: 'spki', format: 'der' });
  if (!own.equals(publicKey)) throw new Error('the issued certificate is for another key');
  if (!certificate.checkIssued(root) || !certificate.verify(root.publicKey))
    throw new Error(
      'the authority has another certificate than the root that proxies trust: run daybreak identity rotate',
    );
}

/** The algorithm has to be of the kind of the authority's own key. @throws Error if the key is of another kind */
function signingAlgorithm({ publicKey }: X509Certificate): string {
  const { asymmetricKeyType, asymmetricKeyDetails } = publicKey;
  if (asymmetricKeyType === 'rsa') return 'SHA256WITHRSA';
  if (asymmetricKeyType === 'ec')
    return asymmetricKeyDetails?.namedCurve === 'prime256v1' ? 'SHA256WITHECDSA' : 'SHA384WITHECDSA';
  throw new Error(`the authority has a key of the kind ${asymmetricKeyType}: it has to be RSA or ECDSA`);
}

function derOf(pem: string): Uint8Array {
  return new Uint8Array(new X509Certificate(pem).raw);
}
