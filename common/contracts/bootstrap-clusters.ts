/**
 * The cluster of the agent's bootstrap that leads to the agent's socket. The control plane refers to it for
 * certificates from files.
 */
export const AGENT_CLUSTER = 'daybreak_agent';

/** The cluster of an external secret server, such as SPIRE's agent. The name is App Mesh's. */
export const SDS_CLUSTER = 'static_cluster_sds_unix_socket';
