/** A request as Envoy sees it when it looks for a route: header names in lower case, the path without repeated slashes. */
export type AskedRequest = {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** The Host header. */
  readonly authority: string;
  /** The name that the address was found by, which a TLS client asks for. */
  readonly serverName: string;
  /** The port that the connection goes to. */
  readonly port: number;
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: ReadonlyMap<string, string>;
};

/** A header as it is written on a command line: `name: value`. */
export type HeaderLine = readonly [name: string, value: string];

/** Thrown for what cannot be asked about; the message names the part and what is allowed. */
export class AskedRequestError extends Error {}

/**
 * Reads a method, a URL and headers. A Host header goes over the URL's host, as with curl; the port is the URL's, else its
 * scheme's. @throws AskedRequestError
 */
export function askedRequest(method: string, url: string, headers: readonly HeaderLine[]): AskedRequest {
  const parsed = URL.parse(url);
  const scheme = parsed?.protocol.slice(0, -1);
  if (parsed === null || (scheme !== 'http' && scheme !== 'https'))
    throw new AskedRequestError(`URL ${JSON.stringify(url)}: it has to be absolute, http:// or https://`);
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(method))
    throw new AskedRequestError(`method ${JSON.stringify(method)}: it has to be one word, e.g. GET`);
  const own = new Map<string, string>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const before = own.get(key);
    // Blanks at the ends are none of a value, and Envoy compares with all values of a name, joined.
    const trimmed = value.replaceAll(/^[ \t]+|[ \t]+$/g, '');
    own.set(key, before === undefined ? trimmed : `${before},${trimmed}`);
  }
  const authority = own.get('host') ?? parsed.host;
  own.delete('host');
  return {
    method,
    scheme,
    authority,
    serverName: parsed.hostname,
    port: parsed.port === '' ? { http: 80, https: 443 }[scheme] : Number(parsed.port),
    path: parsed.pathname.replaceAll(/\/{2,}/g, '/'),
    query: queryOf(parsed.search),
    headers: own,
  };
}

/** The same request after its path was rewritten; what stands behind a question mark is its query. */
export function withPath(request: AskedRequest, path: string): AskedRequest {
  const mark = path.indexOf('?');
  return mark === -1
    ? { ...request, path }
    : { ...request, path: path.slice(0, mark), query: queryOf(path.slice(mark)) };
}

// Envoy splits at `&` and the first `=`, and does not decode.
function queryOf(search: string): readonly (readonly [string, string])[] {
  if (search.length <= 1) return [];
  return search
    .slice(1)
    .split('&')
    .map((part) => {
      const equals = part.indexOf('=');
      return equals === -1 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
    });
}
