import { isIP } from 'node:net';
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { timestampFromMs, timestampMs } from '@bufbuild/protobuf/wkt';
import { AgentMessageSchema, RunsOn_Source, StateSchema, type State } from './generated/agent_pb.ts';
import { readLatencies, type LatenciesPart } from './latencies.ts';
import { readLoad, type ReceivedLoad } from './load.ts';

/** The path of the channel's method: `service Agent` in agent.proto. */
export const CONNECT_PATH = '/daybreak.agent.v1.Agent/Connect';

/** Size limit of a message from an agent, in bytes. The limits of `AgentState` keep it far below. */
export const MOST_MESSAGE_BYTES = 64 * 1024;

/** The configuration that Envoy runs on: the control plane's, or the last good one. `since`: as in agent.proto, in milliseconds since 1970. */
export type RunsOn = { readonly source: 'live' | 'last good'; readonly since: number };

/** The state of an agent, as `State` in agent.proto describes it. Times are in milliseconds since 1970. */
export type AgentState = {
  readonly instance: string;
  readonly ready: boolean;
  readonly draining: boolean;
  /** Valid IP addresses. */
  readonly addresses: readonly string[];
  readonly agentVersion: string;
  readonly envoyVersion: string;
  /** Undefined: Envoy has no configuration yet. */
  readonly runsOn: RunsOn | undefined;
  readonly certificates: readonly { readonly name: string; readonly ends: number }[];
  /** Why the proxy drains or is not ready; empty if it serves. */
  readonly reason: string;
  /** Whether the agent reports load and latencies. An agent of a version without them does not say so. */
  readonly reportsLoad: boolean;
  /** The ports of the virtual node on which Envoy takes mutual TLS with a certificate in force. */
  readonly mtlsPorts: readonly number[];
  /** Callers without mutual TLS, the latest first. */
  readonly plainCallers: readonly PlainCaller[];
  /** Refused requests and connections, those with the largest counts at the front. Absent: none. */
  readonly refusals?: readonly Refusal[];
};

/** Refused requests of a caller by a rule; on a tcp listener connections. `caller`: its SPIFFE id; empty: it has none. */
export type Refusal = {
  readonly port: number;
  readonly caller: string;
  readonly rule: string;
  readonly count: number;
};

/** A message from an agent. At most one of the contents is there; none, if it is from a newer agent. */
export type AgentMessage = {
  readonly nodeId: string;
  readonly state: AgentState | undefined;
  /** Valid until the next message is decoded. */
  readonly load?: ReceivedLoad;
  readonly latencies?: LatenciesPart;
};

/** A caller without mutual TLS: its IP address, the port that it last called, and when, to the minute. */
export type PlainCaller = { readonly address: string; readonly port: number; readonly last: number };

const MOST_ADDRESSES = 32;
const MOST_CERTIFICATES = 16;
const MOST_PORTS = 64;
const MOST_CALLERS = 200;
const MOST_REFUSALS = 6;
const LONGEST_TEXT = 200;
const LONGEST_CALLER = 400;
/** The latest time of a protobuf timestamp: the year 9999. */
const LATEST_MS = 253_402_300_799_000;

/** Encodes a message with an agent's state, shortened to the limits. `nodeId`: for the first message of a stream. */
export function encodeAgentMessage(state: AgentState, nodeId = ''): Uint8Array {
  const { runsOn, certificates, plainCallers, refusals = [], ...rest } = withinLimits(state);
  const value = create(StateSchema, {
    ...rest,
    mtlsPorts: [...rest.mtlsPorts],
    plainCallers: plainCallers.map((each) => ({ ...each, last: timestampFromMs(each.last) })),
    addresses: [...rest.addresses],
    certificates: certificates.map(({ name, ends }) => ({ name, ends: timestampFromMs(ends) })),
    refusals: refusals.map((each) => ({ ...each, count: BigInt(each.count) })),
    ...(runsOn && { runsOn: { source: SOURCES[runsOn.source], since: timestampFromMs(runsOn.since) } }),
  });
  return toBinary(
    AgentMessageSchema,
    create(AgentMessageSchema, { nodeId, content: { case: 'state', value } }),
  );
}

/** Decodes a message from an agent. Cuts off text and lists at the limits, and leaves invalid addresses out. Throws on invalid bytes. */
export function decodeAgentMessage(bytes: Uint8Array): AgentMessage {
  const load = loadIn(bytes);
  if (load !== undefined) return load;
  const { nodeId, content } = fromBinary(AgentMessageSchema, bytes, { readUnknownFields: false });
  switch (content.case) {
    case 'state':
      return { nodeId, state: readState(content.value) };
    case 'latencies':
      return { nodeId, state: undefined, latencies: readLatencies(content.value) };
    case 'load':
    case undefined:
    default:
      return { nodeId, state: undefined };
  }
}

// Field numbers of daybreak.agent.v1.AgentMessage.
const MESSAGE = { nodeId: 1, state: 2, load: 3, latencies: 4 } as const;

/** Reads a message whose only content is a report of load; undefined for any other. */
function loadIn(bytes: Uint8Array): AgentMessage | undefined {
  const reader = new BinaryReader(bytes);
  let nodeId = '';
  let load: Uint8Array | undefined;
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag();
    if (field === MESSAGE.load && wire === WireType.LengthDelimited) load = reader.bytes();
    else if (field === MESSAGE.nodeId && wire === WireType.LengthDelimited) nodeId = reader.string();
    else if (field === MESSAGE.state || field === MESSAGE.latencies) return undefined;
    else reader.skip(wire, field);
  }
  return load && { nodeId, state: undefined, load: readLoad(load) };
}

function readState({ runsOn, certificates, plainCallers, refusals, ...rest }: State): AgentState {
  const source = SOURCE_NAMES.find((name) => SOURCES[name] === runsOn?.source);
  return withinLimits({
    ...rest,
    runsOn:
      source === undefined || runsOn?.since === undefined
        ? undefined
        : { source, since: timestampMs(runsOn.since) },
    certificates: certificates.flatMap(({ name, ends }) =>
      ends === undefined ? [] : [{ name, ends: timestampMs(ends) }],
    ),
    plainCallers: plainCallers.flatMap(({ address, port, last }) =>
      last === undefined ? [] : [{ address, port, last: timestampMs(last) }],
    ),
    refusals: refusals.map(({ port, caller, rule, count }) => ({ port, caller, rule, count: Number(count) })),
  });
}

function withinLimits(state: AgentState): AgentState {
  const { runsOn } = state;
  return {
    instance: cut(state.instance),
    ready: state.ready,
    draining: state.draining,
    addresses: state.addresses.filter((address) => isIP(address) !== 0).slice(0, MOST_ADDRESSES),
    agentVersion: cut(state.agentVersion),
    envoyVersion: cut(state.envoyVersion),
    runsOn: runsOn && { source: runsOn.source, since: time(runsOn.since) },
    certificates: state.certificates
      .toSorted((a, b) => a.ends - b.ends)
      .slice(0, MOST_CERTIFICATES)
      .map(({ name, ends }) => ({ name: cut(name), ends: time(ends) })),
    reason: cut(state.reason),
    reportsLoad: state.reportsLoad,
    mtlsPorts: state.mtlsPorts.slice(0, MOST_PORTS),
    plainCallers: state.plainCallers
      .filter(({ address }) => isIP(address) !== 0)
      .slice(0, MOST_CALLERS)
      .map(({ address, port, last }) => ({ address, port, last: time(last) })),
    ...(state.refusals === undefined || state.refusals.length === 0
      ? {}
      : { refusals: largest(state.refusals) }),
  };
}

const SOURCES = { live: RunsOn_Source.LIVE, 'last good': RunsOn_Source.LAST_GOOD } as const;
const SOURCE_NAMES = ['live', 'last good'] as const;

/** Control characters could change what a terminal shows. */
function cut(text: string, longest = LONGEST_TEXT): string {
  return text
    .slice(0, longest)
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, ' ');
}

function time(ms: number): number {
  return Math.min(Math.max(0, Math.trunc(ms)), LATEST_MS);
}

function largest(refusals: readonly Refusal[]): readonly Refusal[] {
  return refusals
    .toSorted((a, b) => b.count - a.count)
    .slice(0, MOST_REFUSALS)
    .map(({ port, caller, rule, count }) => ({
      port,
      caller: cut(caller, LONGEST_CALLER),
      rule: cut(rule),
      count,
    }));
}
