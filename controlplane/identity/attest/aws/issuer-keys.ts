import { createRemoteJWKSet, customFetch, type JWTVerifyGetKey } from 'jose';
import { Refused } from '../refused.ts';

/** Time limit of one request for keys, in milliseconds. */
const LIMIT_MS = 5000;
/** The longest list of keys, in bytes. */
const LONGEST_LIST = 64 * 1024;
/** How long keys are used, in milliseconds. */
const KEPT_MS = 60 * 60 * 1000;
/** A token that names another key makes the list be read again, this often at most, in milliseconds. */
const READ_AGAIN_MS = 30_000;
/** How long no request follows a failed one, in milliseconds. */
const FAILED_MS = 5000;

/** The path of the keys, which AWS documents: the issuer does not name it, so that it cannot lead elsewhere. */
const PATH = '/.well-known/jwks.json';

/**
 * Returns the keys of an issuer of tokens. The list is read when a token needs it, over one connection at a time; a redirect, another status, a
 * list that is too long, or one that does not come in time gives no keys. `now`: milliseconds of a monotonic clock; for tests.
 */
export function issuerKeys(issuer: string, now: () => number = () => performance.now()): JWTVerifyGetKey {
  let failedAt = -Infinity;
  const read = async (url: string, { headers, signal }: { headers: Headers; signal: AbortSignal }) => {
    if (now() - failedAt < FAILED_MS) throw away(issuer);
    try {
      const response = await fetch(url, { headers, signal, redirect: 'manual' });
      if (response.status !== 200) throw new Error(`status ${response.status}`);
      return new Response(await bounded(response), { status: 200 });
    } catch (cause) {
      failedAt = now();
      throw away(issuer, cause);
    }
  };
  return createRemoteJWKSet(new URL(`${issuer}${PATH}`), {
    timeoutDuration: LIMIT_MS,
    cooldownDuration: READ_AGAIN_MS,
    cacheMaxAge: KEPT_MS,
    [customFetch]: read,
  });
}

async function bounded(response: Response): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > LONGEST_LIST) throw new Error(`more than ${LONGEST_LIST} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function away(issuer: string, cause?: unknown): Refused {
  return new Refused('STS_AWAY', `the keys of the issuer ${issuer} could not be read`, { cause });
}
