import { awsPartition } from '../../common/aws-partition.ts';
import { isStsHost, stsHost } from '../../common/contracts/attestation/sts-host.ts';
import { isTrustDomain } from '../../common/contracts/spiffe-id.ts';
import type { Source } from '../../common/files/source.ts';
import { boolean, list, type Parser, type Reader } from '../../common/settings.ts';
import { readSecretSource } from '../secret-sources.ts';
import type { KmsKey } from './seal/seal-kms.ts';

/** The settings of the authority. */
export type IdentitySettings = {
  readonly trustDomain: string;
  /** The key that seals the authority's keys in the store. Undefined, with `--insecure`: they are stored in the clear. */
  readonly key: Source | KmsSource | undefined;
  /** The ARN of an authority of AWS Private CA that is the next root. Undefined: roots are our own. */
  readonly privateCa: string | undefined;
  /** Replaces the address of AWS Private CA. */
  readonly privateCaEndpoint: string | undefined;
  /** Where signed GetCallerIdentity requests go. */
  readonly sts: StsSettings;
  /** The issuers of tokens of AWS STS that are taken. */
  readonly jwtIssuers: JwtIssuers;
  /** AWS IAM, whose policies may bind roles to proxies; undefined: only NodeIdentities bind. */
  readonly iam: { readonly endpoint: string } | undefined;
};

/** Issuers of tokens (`https://…`, without a slash at the end) by the account that each of them is for. */
export type JwtIssuers = ReadonlyMap<string, string>;

/** A key of AWS KMS: `--ca-key kms:ARN`. */
export type KmsSource = { readonly kind: 'kms'; readonly setting: string } & KmsKey;

/** AWS STS. `endpoint` is where requests go: `https://HOST`, a VPC endpoint or a test; the signature names `host` in any case. */
export type StsSettings = { readonly host: string; readonly region: string; readonly endpoint: string };

const trustDomain: Parser<string> = (value) =>
  isTrustDomain(value)
    ? { value }
    : {
        wanted:
          'a trust domain of up to 255 small letters, digits, dots, dashes and underscores, e.g. apps.example',
      };

const endpoint: Parser<string> = (value) => {
  const url = URL.canParse(value) ? new URL(value) : undefined;
  const isPlain = url?.pathname === '/' && url.search === '' && url.username === '' && url.hash === '';
  return isPlain && /^https?:$/.test(url?.protocol ?? '')
    ? { value: url?.origin ?? '' }
    : { wanted: 'a URL without a path, e.g. https://vpce-1.sts.us-east-1.vpce.amazonaws.com' };
};

/** `ACCOUNT=URL`. */
const issuer: Parser<readonly [string, string]> = (value) => {
  const [, account = '', text = ''] = /^(\d{12})=(\S+)$/.exec(value) ?? [];
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && url.hostname === '127.0.0.1');
  return isSafe && url?.origin === text
    ? { value: [account, text] }
    : {
        wanted:
          'ACCOUNT=URL with the issuer of aws iam get-outbound-web-identity-federation-info, e.g. 111122223333=https://11112222-3333-4444-5555-666677778888.tokens.sts.global.api.aws',
      };
};

/** Reads the flags of the authority. `region`: that of AWS. Without `--trust-domain` there is no authority. */
export function readIdentitySettings(read: Reader, region: string): IdentitySettings | undefined {
  const domain = read('--trust-domain', trustDomain, undefined);
  const isNamed = read('--trust-domain', (value) => ({ value }), undefined) !== undefined;
  const key = withKms(read, readSecretSource(read, '--ca-key'));
  const privateCa = read('--ca-root', privateCaArn, undefined);
  // Without such a root, a value that another tool set is none of the control plane's business.
  const privateCaEndpoint =
    privateCa === undefined
      ? undefined
      : read('AWS_ENDPOINT_URL_ACM_PCA', awsEndpoint, read('AWS_ENDPOINT_URL', awsEndpoint, undefined));
  const at = read('--sts-endpoint', endpoint, `https://${stsHost(region)}`);
  const jwtIssuers: JwtIssuers = new Map(read('--aws-jwt-issuers', list(issuer), []));
  const iam = readIam(read, region);
  if (domain !== undefined)
    return {
      trustDomain: domain,
      key,
      privateCa,
      privateCaEndpoint,
      sts: { host: signedHost(at, region), region, endpoint: at },
      jwtIssuers,
      iam,
    };
  const root = privateCa === undefined ? undefined : '--ca-root';
  const without = key?.setting ?? root ?? (iam === undefined ? undefined : '--bind-by-iam-policy');
  if (without !== undefined && !isNamed) {
    read.problem({
      name: '--trust-domain',
      got: undefined,
      wanted: `the domain of the authority that ${without} is for`,
    });
  }
  return undefined;
}

/** The host that proofs are signed for: that of the endpoint, if it is one of AWS STS (FIPS, IPv6), else the usual one, as for a VPC endpoint. */
function signedHost(at: string, region: string): string {
  const { host } = new URL(at);
  return isStsHost(host, region) ? host : stsHost(region);
}

/** IAM is global: it has one endpoint in the partition `aws`. */
const IAM_ENDPOINT = 'https://iam.amazonaws.com';

/** Reads whether IAM policies bind roles, and where AWS IAM is. */
function readIam(read: Reader, region: string): IdentitySettings['iam'] {
  if (!read('--bind-by-iam-policy', boolean, false)) return undefined;
  if (awsPartition(region).name !== 'aws')
    read.problem({
      name: '--bind-by-iam-policy',
      got: 'true',
      wanted: `a region of the partition aws, because the ARNs of this API are of that partition, and ${region} is not`,
    });
  const elsewhere = read('AWS_ENDPOINT_URL', endpoint, IAM_ENDPOINT);
  return { endpoint: read('AWS_ENDPOINT_URL_IAM', endpoint, elsewhere) };
}

const PRIVATE_CA = /^acm-pca:(arn:aws[a-z-]*:acm-pca:[a-z0-9-]+:\d{12}:certificate-authority\/[\w-]{1,64})$/;

const privateCaArn: Parser<string> = (value) => {
  const arn = PRIVATE_CA.exec(value)?.[1];
  return arn === undefined
    ? {
        wanted:
          'acm-pca: and the ARN of an authority, e.g. acm-pca:arn:aws:acm-pca:us-east-1:111122223333:certificate-authority/1234abcd-…',
      }
    : { value: arn };
};

const KMS_ARN = /^arn:aws[a-z-]*:kms:([a-z0-9-]+):\d{12}:(?:key|alias)\/[\w/-]{1,256}$/;

const awsEndpoint: Parser<string> = (value) =>
  URL.canParse(value) && /^https?:/.test(value)
    ? { value }
    : { wanted: 'a URL, e.g. https://vpce-1.kms.us-east-1.vpce.amazonaws.com' };

/** A path of the form `kms:ARN` is a key of AWS KMS. */
function withKms(read: Reader, key: Source | undefined): Source | KmsSource | undefined {
  if (key?.kind !== 'file' || !key.path.startsWith('kms:')) return key;
  const at = read('AWS_ENDPOINT_URL_KMS', awsEndpoint, read('AWS_ENDPOINT_URL', awsEndpoint, undefined));
  const arn = key.path.slice('kms:'.length);
  const region = KMS_ARN.exec(arn)?.[1];
  if (region !== undefined) return { kind: 'kms', setting: key.setting, arn, region, endpoint: at };
  const wanted =
    'a file, or kms: and the ARN of a key, e.g. kms:arn:aws:kms:us-east-1:111122223333:key/1234abcd-…';
  read.problem({ name: key.setting, got: key.path, wanted });
  return key;
}
