/**
 * A connection as a listener tells it from others. `serverName`: by which its address was found, and which a TLS client asks
 * for. `local`: it comes from the same machine.
 */
export type Connection = {
  readonly port: number;
  readonly tls: boolean;
  readonly serverName: string;
  readonly local: boolean;
};
