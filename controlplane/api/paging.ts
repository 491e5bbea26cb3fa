import { badRequest } from './errors.ts';
import type { Input } from './request.ts';

/** A page of a list, and where the next one begins, undefined after the last. */
export type Page<T> = { readonly items: readonly T[]; readonly nextToken: string | undefined };

/**
 * The page of a sorted list that an input asks for by `limit` (default: `most`) and `nextToken`. The token holds the last
 * key given out, not a place: it stays right while others add and delete.
 * @throws ApiError BadRequestException for a token that is none of ours
 */
export function page<T>(
  sorted: readonly T[],
  keyOf: (item: T) => string,
  input: Input,
  most: number,
): Page<T> {
  const limit = typeof input['limit'] === 'number' ? input['limit'] : most;
  const after = typeof input['nextToken'] === 'string' ? decode(input['nextToken']) : undefined;
  const rest = after === undefined ? sorted : sorted.filter((item) => keyOf(item) > after);
  const items = rest.slice(0, limit);
  const last = items.at(-1);
  return { items, nextToken: last !== undefined && rest.length > limit ? encode(keyOf(last)) : undefined };
}

function encode(key: string): string {
  return Buffer.from(JSON.stringify({ after: key })).toString('base64url');
}

function decode(token: string): string {
  try {
    const { after } = JSON.parse(Buffer.from(token, 'base64url').toString()) as { readonly after?: unknown };
    if (typeof after === 'string') return after;
  } catch {
    // Falls through to the one answer for every token that is not ours.
  }
  throw badRequest(`Value '${token.slice(0, 200)}' at 'nextToken' is not a token that this API gave out.`);
}
