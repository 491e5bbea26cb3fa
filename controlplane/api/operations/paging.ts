import { createHash } from 'node:crypto';
import { canonicalJson } from '../write/canonical-json.ts';
import { badRequest } from '../../http/errors.ts';
import type { Input } from '../../model/input.ts';

/** A page of a list, and where the next one begins, undefined after the last. */
export type Page<T> = { readonly items: readonly T[]; readonly nextToken: string | undefined };

/** A call for a page: the operation's name, the account that calls (lists differ by it), and the whole input. */
export type ListCall = { readonly operation: string; readonly account: string; readonly input: Input };

/** What a token holds: the last key that was given out, and the digest of the list that it belongs to. */
type Token = { readonly after: string; readonly list: string };

/**
 * The page of a sorted list that a call asks for by `limit` (default: `most`) and `nextToken`. The token holds the last
 * key given out, not a place: it stays right while others add and delete. It goes on with the list that it came from and
 * with no other, where it would skip what it never gave out.
 * @throws ApiError BadRequestException for a token that is none of ours, or that another list gave out
 */
export function page<T>(
  sorted: readonly T[],
  keyOf: (item: T) => string,
  call: ListCall,
  most: number,
): Page<T> {
  const { limit, nextToken, ...asked } = call.input;
  const list = digest({ ...call, input: asked });
  const after = typeof nextToken === 'string' ? afterOf(nextToken, list) : undefined;
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after);
  const items = rest.slice(0, typeof limit === 'number' ? limit : most);
  const last = items.at(-1);
  const more = last !== undefined && rest.length > items.length;
  return { items, nextToken: more ? encode({ after: keyOf(last), list }) : undefined };
}

// Everything that was asked, but for the page itself, says which list it is.
function digest(call: ListCall): string {
  return createHash('sha256').update(canonicalJson(call)).digest('base64url');
}

function afterOf(text: string, list: string): string {
  const token = decode(text);
  if (token.list === list) return token.after;
  throw badRequest(
    `Value '${shown(text)}' at 'nextToken' belongs to another list: it continues the operation, parent and filters whose answer it came with.`,
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
    // Falls through to the one answer for every token that is not ours.
  }
  throw badRequest(`Value '${shown(text)}' at 'nextToken' is not a token that this API gave out.`);
}

function shown(token: string): string {
  return token.slice(0, 200);
}
