/**
 * The attribute of an access-log record that has the tracer's trace id. The control plane configures Envoy to set the attribute, and the
 * agent copies it to the record's own field, which X-Ray's tracer leaves empty.
 */
export const TRACE_ID_ATTRIBUTE = 'daybreak.trace_id';
