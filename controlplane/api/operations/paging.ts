import { createHash } from 'node:crypto';
import { canonicalJson } from '../write/canonical-json.ts';
import { badRequest } from '../../http/errors.ts';
import type { Input } from '../../model/input.ts';

/** A page of a list, and the token of the next page; undefined on the last page. */
export type Page<T> = { readonly items: readonly T[]; readonly nextToken: string | undefined };

/** A call for a page: the operation's name, the caller's account (lists depend on it), and the whole input. */
export type ListCall = { readonly operation: string; readonly account: string; readonly input: Input };

/** The content of a token: the last key that was returned, and the digest of the list that it belongs to. */
type Token = { readonly after: string; readonly list: string };

/**
 * Returns the page of a sorted list that a call requests by `limit` (default: `most`) and `nextToken` (empty: the first page). The
 * token holds the last returned key, not an index, so concurrent creates and deletes do not shift it. A token continues only its own
 * list: in another list it would skip items.
 * @throws ApiError BadRequestException for a token that this API did not issue, or that belongs to another list
 */
export function page<T>(
  sorted: readonly T[],
  keyOf: (item: T) => string,
  call: ListCall,
  most: number,
): Page<T> {
  const { limit, nextToken, ...asked } = call.input;
  const list = digest({ ...call, input: asked });
  const after = typeof nextToken === 'string' && nextToken !== '' ? afterOf(nextToken, list) : undefined;
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after);
  const items = rest.slice(0, typeof limit === 'number' ? limit : most);
  const last = items.at(-1);
  const more = last !== undefined && rest.length > items.length;
  return { items, nextToken: more ? encode({ after: keyOf(last), list }) : undefined };
}

// The list is identified by everything in the call except the page.
function digest(call: ListCall): string {
  return createHash('sha256').update(canonicalJson(call)).digest('base64url');
}

function afterOf(text: string, list: string): string {
  const token = decode(text);
  if (token.list === list) return token.after;
  throw badRequest(
    `Value '${shown(text)}' at 'nextToken' belongs to another list: a token is valid only with the operation, parent and filters of the response that it came with.`,
  );
}

function encode(token: Token): string {
  return Buffer.from(JSON.stringify(token)).toString('base64url');
}

function decode(text: string): Token {
  try {
    const { after, list } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Token>;
    if (typeof after === 'string' && typeof list === 'string') return { after, list };
  } catch {
    // Falls through to the same error for every invalid token.
  }
  throw badRequest(`Value '${shown(text)}' at 'nextToken' is not a token that this API issued.`);
}

function shown(token: string): string {
  return token.slice(0, 200);
}
