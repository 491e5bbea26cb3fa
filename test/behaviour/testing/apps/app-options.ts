/** The listeners of an app. Every port is a separate server. */
export type AppOptions = {
  /** The name in its answers. */
  readonly name: string;
  /** The address to listen on. Default: all, of both families. */
  readonly host?: string;
  /** Whether a server on all addresses excludes IPv4. */
  readonly ipv6Only?: boolean;
  readonly http?: readonly number[];
  readonly http2?: readonly number[];
  readonly grpc?: readonly number[];
  readonly tcp?: readonly number[];
  /** HTTP/1 byte by byte: each server answers with the request as received. */
  readonly raw?: readonly number[];
  /** HTTP/1.1 with a backlog of one connection: after `/busy` none is accepted for a while. */
  readonly narrow?: readonly number[];
  /** HTTP/2 and gRPC: a port, and the limit of concurrent streams per connection. */
  readonly limited?: readonly (readonly [port: number, streams: number])[];
  /** Ports whose health checks fail. */
  readonly sick?: readonly number[];
};

/** The port to query and control an app, which bypasses every proxy. */
export const APP_CONTROL_PORT = 6999;

/** A request as an app received it. */
export type Seen = {
  readonly name: string;
  readonly port: number;
  /** The number of this attempt for its id, from 1. */
  readonly attempt: number;
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly version: string;
  readonly headers: Readonly<Record<string, string>>;
};
