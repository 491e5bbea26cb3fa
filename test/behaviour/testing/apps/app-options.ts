/** What an app listens on. Every port is a server of its own. */
export type AppOptions = {
  /** How it calls itself in its answers. */
  readonly name: string;
  /** The address to listen on. Default: every one, of both families. */
  readonly host?: string;
  /** Whether a server on every address leaves IPv4 out. */
  readonly ipv6Only?: boolean;
  readonly http?: readonly number[];
  readonly http2?: readonly number[];
  readonly grpc?: readonly number[];
  readonly tcp?: readonly number[];
  /** HTTP/1 to the byte: each answers with the request as it came. */
  readonly raw?: readonly number[];
  /** HTTP/1.1, with room for one connection that waits: after `/busy` none is accepted for a while. */
  readonly narrow?: readonly number[];
  /** HTTP/2 and gRPC: a port, and how many streams it takes on one connection. */
  readonly limited?: readonly (readonly [port: number, streams: number])[];
  /** Ports whose health checks fail. */
  readonly sick?: readonly number[];
};

/** Where an app is asked about itself and told what to do, past every proxy. */
export const APP_CONTROL_PORT = 6999;

/** What an app says of a request that it got. */
export type Seen = {
  readonly name: string;
  readonly port: number;
  /** Which attempt of its id this is, from 1. */
  readonly attempt: number;
  readonly method: string;
  readonly path: string;
  readonly host: string;
  readonly version: string;
  readonly headers: Readonly<Record<string, string>>;
};
