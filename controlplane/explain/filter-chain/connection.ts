/**
 * The properties of a connection that a listener distinguishes. `serverName`: the name that resolved to its address, and the
 * SNI of a TLS client. `local`: whether the connection comes from the same machine.
 */
export type Connection = {
  readonly port: number;
  readonly tls: boolean;
  readonly serverName: string;
  readonly local: boolean;
};
