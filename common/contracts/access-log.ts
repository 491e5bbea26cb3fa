/**
 * The attribute of an access-log record in which the control plane lets Envoy put the tracer's id of the trace, and from which the agent fills the
 * record's own field: X-Ray's tracer leaves that empty.
 */
export const TRACE_ID_ATTRIBUTE = 'daybreak.trace_id';
