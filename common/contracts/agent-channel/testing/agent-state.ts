import { encodeLoad, NUMBERS, type Load, type ReceivedLoad } from '../load.ts';
import { decodeAgentMessage, type AgentState } from '../state.ts';

/** Returns the state of an agent whose Envoy serves, with these changes. */
export function agentState(changes: Partial<AgentState> = {}): AgentState {
  return {
    instance: 'one',
    ready: true,
    draining: false,
    addresses: [],
    agentVersion: '0.1.0',
    envoyVersion: 'envoy 1.40.0',
    runsOn: undefined,
    certificates: [],
    reason: '',
    reportsLoad: true,
    mtlsPorts: [],
    plainCallers: [],
    ...changes,
  };
}

/** Returns a report of load as the control plane reads it. It is valid until the next message is decoded. */
export function received(load: Load): ReceivedLoad {
  const message = decodeAgentMessage(encodeLoad(load));
  if (message.load === undefined) throw new Error('the message has no report of load');
  return message.load;
}

/** Returns a report of load as the agent wrote it. */
export function loadOf({ coversMs, names, counters, clusters }: ReceivedLoad): Load {
  const read = (cluster: number, at: number): number => counters[cluster * NUMBERS + at] ?? NaN;
  return {
    coversMs,
    names,
    clusters: Array.from({ length: clusters }, (_, index) => ({
      number: read(index, 0),
      requests: read(index, 1),
      ok: read(index, 2),
      errors: read(index, 3),
      active: read(index, 4),
    })),
  };
}
