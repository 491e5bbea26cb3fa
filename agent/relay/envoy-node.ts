/** The node of Envoy's bootstrap. */
export type NodeIdentity = {
  readonly id: string;
  readonly cluster: string;
  /** Undefined: the zone is unknown. */
  readonly locality?: { readonly region: string; readonly zone: string };
  readonly metadata: Readonly<Record<string, unknown>>;
};

/** The node of requests to the control plane: Envoy's, with Envoy's user agent instead of the agent's. */
export type EnvoyNode = {
  readonly current: () => ReturnType<typeof nodeOfEnvoy>;
  /** Envoy's name and version as it reports them; empty until it has connected. */
  readonly version: () => string;
  readonly setVersion: (envoyVersion: string) => void;
  /** Replaces id, metadata and the rest of the identity. */
  readonly setIdentity: (identity: NodeIdentity) => void;
};

/** Creates the node of an Envoy that has not connected yet. */
export function createEnvoyNode(first: NodeIdentity): EnvoyNode {
  let identity = first;
  let version = '';
  return {
    current: () => nodeOfEnvoy(identity, version),
    version: () => version,
    setVersion: (envoyVersion) => void (version = envoyVersion),
    setIdentity: (next) => void (identity = next),
  };
}

function nodeOfEnvoy({ id, cluster, locality, metadata }: NodeIdentity, envoyVersion: string) {
  const [userAgentName = '', value = ''] = envoyVersion.split(' ');
  return {
    id,
    cluster,
    ...(locality === undefined ? {} : { locality }),
    metadata: metadata as Record<string, never>,
    userAgentName,
    userAgentVersionType: { case: 'userAgentVersion' as const, value },
  };
}
