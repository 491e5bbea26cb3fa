import { getMetadata } from '../location/get-metadata.ts';
import { toTextFormat } from './text-format.ts';

/** Bytes of a page. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Redirects that are followed, such as from `/metrics` to `/metrics/`. */
const REDIRECTS = 3;
/** The text format, and any other only if there is none. */
const ACCEPT = 'text/plain;version=0.0.4;q=1, */*;q=0.1';

/**
 * Returns the application's page in Prometheus's text format.
 * @throws Error with the reason: no answer in time, a status other than 200, or a page in another format
 */
export async function appPage(url: URL, limitMs: number): Promise<string> {
  const headers = { accept: ACCEPT };
  const options = { headers, limitMs, mostBytes: MOST_BYTES, redirects: REDIRECTS };
  return toTextFormat(await getMetadata(url.href, options));
}
