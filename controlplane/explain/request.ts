/** The value of a header. `made`: Envoy makes it anew for each request, in the way that this says, so nobody knows it before. */
export type HeaderValue = string | { readonly made: string };

/** One line of a header; names in lower case. */
export type Line = readonly [name: string, value: HeaderValue];

/** A header's values by its name in lower case: one, or several where Envoy keeps the lines of a name apart. */
export type Headers = ReadonlyMap<string, readonly HeaderValue[]>;

/** The HTTP version of a caller. */
export type Protocol = 'HTTP/1.1' | 'HTTP/2';

/** A request without a body as it comes to a listener. */
export type IncomingRequest = {
  readonly protocol: Protocol;
  readonly method: string;
  /** As HTTP/2 says it; over HTTP/1.1 nobody does. */
  readonly scheme: string;
  /** Over TLS. */
  readonly tls: boolean;
  /** The Host header or `:authority`. */
  readonly authority: string;
  /** Path and query. */
  readonly target: string;
  /** Without Host. */
  readonly headers: readonly Line[];
  /** What another protocol it asks for over HTTP/2 (RFC 8441); over HTTP/1.1 headers say it. */
  readonly upgrade?: string;
};

/** A request as Envoy looks for a route for it. */
export type RoutedRequest = {
  readonly protocol: Protocol;
  readonly method: string;
  readonly scheme: string;
  readonly authority: string;
  /** Path and query; CONNECT has none. */
  readonly target: string | undefined;
  readonly headers: Headers;
};

/** The path of a target, without its query. */
export function pathOf(target: string): string {
  return target.replace(/\?.*$/s, '');
}

/** Lines as values by name, each line a value of its own. */
export function headersOf(lines: readonly Line[]): Headers {
  const groups = Map.groupBy(lines, ([name]) => name);
  return new Map([...groups].map(([name, same]) => [name, same.map(([, value]) => value)]));
}

/** Values by name as lines. */
export function linesOf(headers: Headers): readonly Line[] {
  return [...headers].flatMap(([name, values]) => values.map((value): Line => [name, value]));
}
