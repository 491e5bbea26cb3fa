import { port, type Parser, type Reader } from '../../common/settings.ts';
import type { ListenAddress } from '../serving/serve.ts';
import { readManagementMode } from './management-settings.ts';
import { address } from './parsers/parsers.ts';

/** How often and how long to ask whether Envoy is ready. */
export type ReadinessTimes = {
  /** Seconds between two requests; 0: only one request. */
  readonly intervalSeconds: number;
  /** Seconds until the wait fails; 0: only one request. */
  readonly timeoutSeconds: number;
};

/** How to wait until Envoy is ready. */
export type ReadinessSettings = ReadinessTimes & {
  /** Where a running agent with the same variables serves its status, in the order to try. */
  readonly places: readonly ListenAddress[];
};

const MOST_INTERVAL_S = 3600;
const MOST_TIMEOUT_S = 86_400;

/** Addresses to connect to if the agent listens on all addresses. */
const OF_WILDCARD: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Reads the settings of `-envoyReadiness`, which needs no other variable of the agent. */
export function readReadiness(read: Reader): ReadinessSettings {
  const mode = readManagementMode(read);
  const bound = read('APPNET_AGENT_HTTP_BIND_ADDRESS', address, '127.0.0.1');
  const statusPort = {
    address: OF_WILDCARD[bound] ?? bound,
    port: read('APPNET_AGENT_HTTP_PORT', port, 9902),
  };
  const places = mode.kind === 'uds' ? [{ path: mode.path }, statusPort] : [statusPort];
  return { ...readReadinessTimes(read, 5), places };
}

/** Reads the times. The agent itself also uses the interval, with another default. */
export function readReadinessTimes(read: Reader, interval: number): ReadinessTimes {
  return {
    intervalSeconds: read('APPNET_AGENT_POLL_ENVOY_READINESS_INTERVAL_S', seconds(MOST_INTERVAL_S), interval),
    timeoutSeconds: read('APPNET_AGENT_POLL_ENVOY_READINESS_TIMEOUT_S', seconds(MOST_TIMEOUT_S), 180),
  };
}

/**
 * Returns a parser for seconds from 0 to `most`. A version of App Mesh's Kubernetes controller left out the space between the two
 * variables: `180APPNET_AGENT_POLL_ENVOY_READINESS_INTERVAL_S=5`.
 */
function seconds(most: number): Parser<number> {
  return (value) => {
    const [, digits] = /^(\d{1,6})(?:APPNET_\w+=\d*)?$/.exec(value) ?? [];
    const number = Number(digits);
    return number <= most ? { value: number } : { wanted: `a whole number of seconds from 0 to ${most}` };
  };
}
