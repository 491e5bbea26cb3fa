/**
 * The cluster of the agent's bootstrap that leads to the agent's socket. The control plane refers to it for
 * certificates from files.
 */
export const AGENT_CLUSTER = 'daybreak_agent';

/** The cluster of the bootstrap that leads to a secret discovery service of the operator's, under App Mesh's name. */
export const SDS_CLUSTER = 'static_cluster_sds_unix_socket';
