import type { AuthorityState } from '../../controlplane/identity/authority/describe-authority.ts';
import type { IssuedEntry } from '../../controlplane/identity/issued.ts';
import type { Client } from '../client/client.ts';
import { formatTable } from '../table.ts';

/** Options of `daybreak identity`. */
export type IdentityOptions = { readonly output: 'text' | 'json' };

type State = AuthorityState & { readonly certificates: readonly IssuedEntry[] };

/** How many certificates are read at once. */
const PAGE = '1000';

const HEAD = ['NODE', 'FROM', 'PROVEN BY', 'BOUND BY', 'PRINCIPAL', 'ENDS', 'SERIAL', 'STATE'];

/** Prints the authority, its rotation, and the certificates of proxies. */
export async function identity(
  client: Client,
  { output }: IdentityOptions,
  stdout: { write(text: string): unknown },
): Promise<void> {
  const state = await readIdentity(client);
  stdout.write(output === 'json' ? `${JSON.stringify(state, null, 2)}\n` : describe(state));
}

/** Reads the authority with all certificates, page by page. */
async function readIdentity(client: Client): Promise<State> {
  let state: State | undefined;
  let next: string | undefined;
  do {
    const query = { limit: PAGE, ...(next === undefined ? {} : { nextToken: next }) };
    const { nextToken, ...answer } = (await client.read('/daybreak/v1/identity', query)) as State & {
      readonly nextToken?: string;
    };
    state = { ...answer, certificates: [...(state?.certificates ?? []), ...answer.certificates] };
    next = nextToken;
  } while (next !== undefined);
  return state;
}

function describe(identities: State): string {
  const { trustDomain, sealedBy, roots, issuing, unknownUntil, rotation, certificates } = identities;
  const lines = [
    `Trust domain ${trustDomain}. ${sealedBy === 'plain' ? 'The keys of the authority are stored in the clear.' : `Key ${sealedBy} seals the keys of the authority.`}`,
    ...roots.map(
      ({ fingerprint, ends, privateCa }) =>
        `Root ${fingerprint}, until ${ends}${privateCa === undefined ? '' : `, of ${privateCa}`}`,
    ),
    `Intermediate until ${issuing.ends}; it is replaced 30 days before that`,
    ...(rotation === null ? [] : [describeRotation(rotation)]),
    ...(unknownUntil === null
      ? []
      : [
          `A backup was restored: certificates that are not in this list may be in use until ${unknownUntil}. A rotation waits for that, unless you skip its steps`,
        ]),
    '',
  ];
  const rows = certificates.map(({ node, from, method, boundBy, principal, ends, serial, state }) => [
    node,
    from,
    method,
    boundBy === '' ? '-' : boundBy,
    principal,
    new Date(ends).toISOString(),
    serial,
    state,
  ]);
  const table = rows.length === 0 ? 'No proxy holds a certificate.\n' : formatTable(HEAD, rows);
  return `${lines.join('\n')}\n${table}`;
}

function describeRotation({ step, since, missing }: NonNullable<State['rotation']>): string {
  const words =
    step === 'distributing'
      ? 'The last root is new, and proxies learn of it'
      : 'The first root is new, and certificates of the old one are renewed';
  return `${words} (since ${since}): ${missing} certificates are missing`;
}
