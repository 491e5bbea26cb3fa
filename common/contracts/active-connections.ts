/**
 * The number of active connections of a listener, `appmesh.ActiveConnectionCount`. Envoy has no metric whose name is free, so the
 * control plane adds a filter that counts connections (`connection_limit`), and the agent's tags remove the text around App Mesh's name
 * from the filter's name. Both sides have to agree on that name.
 */
const NAME = String.raw`appmesh\.ActiveConnectionCount`;

/** Returns the statistics prefix of the filter that counts; `port` and `protocol` are the listener's. */
export function activeConnectionsPrefix(port: number, protocol: string): string {
  return `${port}.appmesh.ActiveConnectionCount.${protocol}`;
}

/** Envoy's tags that make `appmesh.ActiveConnectionCount` of the filter's gauge, with the port and protocol of the listener. */
export const ACTIVE_CONNECTION_TAGS = [
  {
    tagName: 'appmesh.listener_port',
    regex: String.raw`^(connection_limit\.([0-9]+)\.)${NAME}\.\w+\.active_connections$`,
  },
  {
    tagName: 'appmesh.listener_protocol',
    regex: String.raw`^connection_limit\.[0-9]+\.${NAME}(\.(\w+)\.active_connections)$`,
  },
] as const;
