/**
 * The counter of refused requests and connections in Envoy, from which the agent reports to the control plane the callers that were refused, or would be. Each
 * combination of its tags is one counter: the port of the listener, the SPIFFE id of the caller (empty: none), and the rule.
 */
export const REFUSED_STAT = {
  prefix: 'daybreak_access',
  name: 'refused',
  tags: { port: 'port', caller: 'caller', line: 'rule' },
} as const;
