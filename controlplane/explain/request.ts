/** The value of a header. `made`: Envoy generates it per request, in the described way, so it is unknown in advance. */
export type HeaderValue = string | { readonly made: string };

/** One line of a header; names in lower case. */
export type Line = readonly [name: string, value: HeaderValue];

/** A header's values by its lower-case name: one, or several if Envoy keeps the lines of a name apart. */
export type Headers = ReadonlyMap<string, readonly HeaderValue[]>;

/** The HTTP version of a caller. */
export type Protocol = 'HTTP/1.1' | 'HTTP/2';

/** A request without a body as it arrives at a listener. */
export type IncomingRequest = {
  readonly protocol: Protocol;
  readonly method: string;
  /** The scheme in HTTP/2; HTTP/1.1 does not send one. */
  readonly scheme: string;
  /** Over TLS. */
  readonly tls: boolean;
  /** The Host header or `:authority`. */
  readonly authority: string;
  /** Path and query. */
  readonly target: string;
  /** Without Host. */
  readonly headers: readonly Line[];
  /** The protocol of an upgrade over HTTP/2 (RFC 8441); over HTTP/1.1 it is in the headers. */
  readonly upgrade?: string;
};

/** A request at the point where Envoy routes it. */
export type RoutedRequest = {
  readonly protocol: Protocol;
  readonly method: string;
  readonly scheme: string;
  readonly authority: string;
  /** Path and query; CONNECT has none. */
  readonly target: string | undefined;
  readonly headers: Headers;
};

/** Returns the path of a target, without its query. */
export function pathOf(target: string): string {
  return target.replace(/\?.*$/s, '');
}

/** Groups lines by name; each line is one value. */
export function headersOf(lines: readonly Line[]): Headers {
  const groups = Map.groupBy(lines, ([name]) => name);
  return new Map([...groups].map(([name, same]) => [name, same.map(([, value]) => value)]));
}

/** Converts values by name to lines. */
export function linesOf(headers: Headers): readonly Line[] {
  return [...headers].flatMap(([name, values]) => values.map((value): Line => [name, value]));
}
