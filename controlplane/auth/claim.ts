import type { SignedRequest } from './authenticate.ts';
import { incompleteSignature, missingToken } from './errors.ts';

/** The claims of a request's signature, from its header or from the query of a presigned URL. They are not verified yet. */
export type Claim = {
  readonly accessKeyId: string;
  /** The day (`YYYYMMDD`), region and service that the key was derived for. */
  readonly scope: { readonly day: string; readonly region: string; readonly service: string };
  /** In lower case. */
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** The time of the signature, in milliseconds since 1970; a whole second. */
  readonly signedAt: number;
  /** The validity of a presigned URL, in seconds; undefined for a signature in a header. */
  readonly lifetime: number | undefined;
  readonly sessionToken: string | undefined;
};

type Fields = Readonly<Record<string, string | undefined>>;

const ALGORITHM = 'AWS4-HMAC-SHA256';
const LONGEST_LIFETIME = 7 * 24 * 60 * 60;

/**
 * Parses the claims of a signature.
 * @throws ApiError MissingAuthenticationTokenException without a signature, IncompleteSignatureException if it is malformed
 */
export function readClaim({ headers, query }: SignedRequest): Claim {
  const header = single(headers['authorization']);
  const algorithm = single(query['X-Amz-Algorithm']);
  if (header !== undefined && algorithm !== undefined) {
    throw incompleteSignature(
      'The request has a signature in its header and another one in its query string.',
    );
  }
  if (header !== undefined) return claimOfHeader(header, headers);
  if (algorithm !== undefined) return claimOfQuery(algorithm, query);
  throw missingToken();
}

function claimOfHeader(header: string, headers: SignedRequest['headers']): Claim {
  const [algorithm = '', rest = ''] = splitAt(header.trim(), ' ');
  requireAlgorithm(algorithm, 'Authorization header');
  const parts = rest.split(',').map((part) => splitAt(part.trim(), '='));
  const fields: Fields = Object.fromEntries(parts.map(([name = '', value]) => [name, value]));
  const missing = ['Credential', 'Signature', 'SignedHeaders'].filter((name) => !fields[name]);
  const date = single(headers['x-amz-date']) ?? single(headers['date']);
  const complaints = missing.map((name) => `Authorization header requires '${name}' parameter.`);
  if (date === undefined) {
    complaints.push("Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.");
  }
  if (complaints.length > 0) throw incompleteSignature(complaints.join(' '));
  return {
    ...commonParts(fields['Credential'], fields['SignedHeaders'], fields['Signature'], date),
    lifetime: undefined,
    sessionToken: single(headers['x-amz-security-token']),
  };
}

function claimOfQuery(algorithm: string, query: SignedRequest['query']): Claim {
  requireAlgorithm(algorithm, 'X-Amz-Algorithm');
  const field = (name: string): string | undefined => single(query[`X-Amz-${name}`]);
  const missing = ['Credential', 'Date', 'Expires', 'Signature', 'SignedHeaders'].filter(
    (name) => !field(name),
  );
  if (missing.length > 0) {
    throw incompleteSignature(
      missing.map((name) => `AWS query-string parameters must include 'X-Amz-${name}'.`).join(' '),
    );
  }
  const lifetime = /^\d{1,6}$/.test(field('Expires') ?? '') ? Number(field('Expires')) : 0;
  if (lifetime < 1 || lifetime > LONGEST_LIFETIME) {
    throw incompleteSignature(`X-Amz-Expires must be a whole number from 1 to ${LONGEST_LIFETIME}.`);
  }
  return {
    ...commonParts(field('Credential'), field('SignedHeaders'), field('Signature'), field('Date')),
    lifetime,
    sessionToken: field('Security-Token'),
  };
}

function requireAlgorithm(algorithm: string, where: string): void {
  if (algorithm === ALGORITHM) return;
  throw incompleteSignature(`${where} begins with an unsupported algorithm: only ${ALGORITHM} is supported.`);
}

function commonParts(credential = '', headers = '', signature = '', date = '') {
  const [accessKeyId = '', day = '', region = '', service = '', end, ...more] = credential.split('/');
  if (accessKeyId === '' || !/^\d{8}$/.test(day) || end !== 'aws4_request' || more.length > 0) {
    throw incompleteSignature(
      'Credential must have exactly 5 slash-delimited elements, <access key id>/<YYYYMMDD>/<region>/<service>/aws4_request.',
    );
  }
  return {
    accessKeyId,
    scope: { day, region, service },
    signedHeaders: headers.split(';'),
    signature,
    signedAt: parseDate(date),
  };
}

function parseDate(text: string): number {
  const basic = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  const time =
    basic === null ? Date.parse(text) : Date.parse(text.replace(/(....)(..)(..T..)(..)/, '$1-$2-$3:$4:'));
  if (!Number.isNaN(time)) return time;
  throw incompleteSignature('The date of the signature must be in the form YYYYMMDDTHHMMSSZ.');
}

function single(value: string | readonly string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : value?.[0];
}

function splitAt(text: string, separator: string): readonly string[] {
  const index = text.indexOf(separator);
  return index < 0 ? [text] : [text.slice(0, index), text.slice(index + separator.length)];
}

/** Returns the access key id that a request names, unverified; undefined if there is none. */
export function claimedAccessKey(
  headers: SignedRequest['headers'],
  query: SignedRequest['query'],
): string | undefined {
  const header = single(headers['authorization']) ?? '';
  const credential = single(query['X-Amz-Credential']) ?? /Credential=([^,\s]*)/.exec(header)?.[1];
  return /^(\w{3,128})\//.exec(credential ?? '')?.[1];
}
