import type { LogForm } from '../../common/log.ts';

/**
 * Returns the format of Envoy's log: for `json`, objects with the fields of the agent's own lines, and Envoy's logger and source position; for `text`,
 * Envoy's default. Envoy uses it only after it has read the bootstrap.
 */
export function applicationLogConfig(form: LogForm) {
  if (form === 'text') return {};
  const line = {
    level: '%l',
    program: 'envoy',
    logger: '%n',
    time: '%Y-%m-%dT%T.%e%z',
    at: '%s:%#',
    msg: '%j',
  };
  return { applicationLogConfig: { logFormat: { jsonFormat: line } } };
}
