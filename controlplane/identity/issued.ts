import { page, type Page } from '../api/operations/paging.ts';
import { meshAccess, type Principal } from '../auth/principal.ts';
import { badRequest } from '../http/errors.ts';
import type { Authority } from './authority/authority.ts';
import type { LedgerEntry } from './certificate-ledger.ts';
import { meshOf } from './node-mesh.ts';
import type { Standing } from './standing.ts';

/** A certificate, for `daybreak identity`. Times in milliseconds since 1970. */
export type IssuedEntry = {
  readonly node: string;
  readonly owner: string;
  readonly spiffeId: string;
  readonly serial: string;
  readonly ends: number;
  /** The principal of the first proof. */
  readonly principal: string;
  readonly method: string;
  /** The kind of binding of the principal to the node. Empty: the proof itself is one, or it is not known. */
  readonly boundBy: 'NodeIdentity' | 'IAM policy' | '';
  readonly from: string;
  /** `current`; `old`: a rotation waits for its renewal; else why it is no longer good. */
  readonly state: string;
};

/** Inputs of a page. `query`: `limit` and `nextToken`; with neither, the page has all certificates. */
export type IssuedPageOptions = {
  readonly faultOf: Standing;
  readonly authority: Pick<Authority, 'record'>;
  readonly entries: readonly LedgerEntry[];
  readonly caller: Principal;
  readonly query: Readonly<Record<string, unknown>>;
};

/** The most certificates of a page: what takes the event loop some milliseconds. */
export const MOST_ISSUED = 1000;
/** Above all times, in milliseconds since 1970. */
const LATEST = 1e15;

/**
 * Returns the certificates of proxies that the caller may see, sorted by node, the latest end first.
 * @throws ApiError BadRequestException for another limit, or a token that this API did not issue
 */
export function issuedPage(options: IssuedPageOptions): Page<IssuedEntry> {
  const { entries, caller, query } = options;
  const keyed = entries
    .filter(({ owner, node }) => meshAccess(caller, { owner, mesh: meshOf(node) }) !== 'none')
    .map((entry) => ({ entry, key: keyOf(entry) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const input = inputOf(query);
  const call = { operation: 'GetIdentity', account: caller.account, input };
  const most = 'nextToken' in input ? MOST_ISSUED : Infinity;
  const { items, nextToken } = page(keyed, ({ key }) => key, call, most);
  return { items: items.map(({ entry }) => issuedEntry(entry, options)), nextToken };
}

function inputOf({ limit, nextToken }: IssuedPageOptions['query']) {
  const isNumber = typeof limit === 'string' && /^[1-9]\d{0,3}$/.test(limit) && Number(limit) <= MOST_ISSUED;
  if (limit !== undefined && !isNumber)
    throw badRequest(`limit: it has to be a whole number from 1 to ${MOST_ISSUED}.`);
  if (nextToken !== undefined && typeof nextToken !== 'string')
    throw badRequest('nextToken: it may be given once.');
  return {
    ...(limit === undefined ? {} : { limit: Number(limit) }),
    ...(nextToken === undefined ? {} : { nextToken }),
  };
}

function keyOf({ node, ends, serial }: LedgerEntry): string {
  return `${node}\0${String(LATEST - ends).padStart(16, '0')}\0${serial}`;
}

function issuedEntry(entry: LedgerEntry, { faultOf, authority }: IssuedPageOptions): IssuedEntry {
  const { node, owner, spiffeId, serial, ends, from, proof, generation } = entry;
  const fault = faultOf(entry);
  return {
    node,
    owner,
    spiffeId,
    serial,
    ends,
    from,
    state: fault ?? (generation < (authority.record().generation ?? 0) ? 'old' : 'current'),
    method: proof?.method ?? '',
    boundBy: boundBy(proof),
    principal: principalOf(proof),
  };
}

function principalOf(proof: LedgerEntry['proof']): string {
  if (proof === undefined) return 'not known';
  if (proof.method === 'join token') return 'a join token';
  return proof.method === 'x509' ? [...proof.uris, ...proof.dns].join(', ') : proof.arn;
}

function boundBy(proof: LedgerEntry['proof']): IssuedEntry['boundBy'] {
  if (proof === undefined || proof.method === 'join token') return '';
  return proof.method !== 'x509' && proof.boundBy === 'iam policy' ? 'IAM policy' : 'NodeIdentity';
}
