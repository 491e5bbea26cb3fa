import {
  CONNECT_PATH,
  MOST_MESSAGE_BYTES,
  type AgentState,
} from '../../common/contracts/agent-channel/state.ts';
import { MOST_ANSWER_MESSAGES } from '../../common/contracts/agent-channel/latencies.ts';
import { encodeRenewal, type Renewal } from '../../common/contracts/agent-channel/renewal.ts';
import { encodeQuestion, type Question } from '../../common/contracts/agent-channel/questions.ts';
import { createTokenBucket } from '../../common/limits/token-bucket.ts';
import { CallError } from '../../xds/grpc/call-error.ts';
import type { GrpcServer } from '../../xds/grpc/server.ts';
import type { CallReader, ServerCall } from '../../xds/grpc/server-call.ts';
import { status } from '../../xds/grpc/status.ts';
import type { Admission } from '../ads/access/admission.ts';
import { parseIdentity, proxyPath } from '../ads/identity.ts';
import {
  decodeMessage,
  stateOf,
  tellRevision,
  type AgentFeed,
  type ConnectedAgent,
  type Entry,
} from './agent-entry.ts';
import { noteState, type InstanceTables } from './note-state.ts';
import { readReports, type AgentReports } from './read-reports.ts';

/** The latest state of a connected agent. `at`: when it arrived, in milliseconds since 1970. */
export type AgentReport = { readonly state: AgentState; readonly at: number };

/** The agents that keep a channel open beside their ADS stream. */
export type Agents = {
  /** Adds the channel's method to the server of ADS. */
  readonly addTo: (server: GrpcServer) => void;
  /** Tells all agents which certificates are up to date, if that has changed. */
  readonly tellRenewal: () => void;
  /** The latest report of the agent of a proxy, by the proxy's resource and its peer address; undefined if there is none. */
  readonly reportOf: (resource: string, peer: string) => AgentReport | undefined;
  /** Reads the reports of all agents, once for many questions. */
  readonly read: () => AgentReports;
};

/** Inputs of the agents. */
export type AgentsOptions = InstanceTables & {
  readonly admission: Pick<Admission, 'admit'>;
  /** Which certificates are up to date. Undefined: this control plane issues none. */
  readonly renewal?: (() => Renewal) | undefined;
  /** Called for each agent. Default: reports of load are skipped. */
  readonly onConnected?: (agent: ConnectedAgent) => AgentFeed;
};

const FIRST_MESSAGE_MS = 30_000;
/** Messages of one agent. An agent of this version sends one a second at most. */
const MESSAGES = { rate: 2, burst: 30 };

/**
 * Creates the control plane's side of the channel. A stream has to be admitted like an ADS stream, as the node that its first message
 * names. A connection has at most one such stream.
 */
export function createAgents({ admission, renewal, onConnected, ...tables }: AgentsOptions): Agents {
  let told = renewal?.().generation;
  const entries = new Map<string, Entry>();

  function open(call: ServerCall, nodeId: string, onSend: (question: Question) => void): Entry {
    const { peer } = call.connection;
    if (entries.has(peer))
      throw new CallError(status.ALREADY_EXISTS, 'this connection already has a stream of its agent');
    const identity = parseIdentity(nodeId);
    const { isIdentified } = admission.admit(call, identity);
    const resource = proxyPath(identity);
    const send = (question: Question): void => {
      const message = encodeQuestion(question);
      onSend(question);
      call.write(() => message);
    };
    const feed = onConnected?.({ identity, peer, send });
    const unheard = { bytes: new Uint8Array(), at: 0, toldRevision: undefined, isTelling: false };
    const entry: Entry = { identity, resource, isIdentified, call, feed, ...unheard };
    entries.set(peer, entry);
    call.whenOver(() => {
      entries.delete(peer);
      tables.draining.end(peer);
      feed?.ended();
      tables.mutual.end(peer);
    });
    call.sendHeaders();
    if (renewal !== undefined) call.write(() => encodeRenewal(renewal()));
    return entry;
  }

  function connect(call: ServerCall): CallReader {
    let entry: Entry | undefined;
    const bucket = createTokenBucket(MESSAGES);
    // An agent may send the messages of an answer that the control plane asked for. A new question replaces the rest of this allowance, and does not add to it.
    let asked = 0;
    const onSend = ({ kind }: Question): void => {
      if (kind === 'ask latencies') asked = MOST_ANSWER_MESSAGES;
    };
    const timer = setTimeout(
      () => call.end(status.DEADLINE_EXCEEDED, 'a stream without a first message'),
      FIRST_MESSAGE_MS,
    ).unref();
    call.whenOver(() => clearTimeout(timer));
    return {
      mostMessageBytes: MOST_MESSAGE_BYTES,
      message(bytes) {
        if (asked > 0) asked -= 1;
        else if (bucket() > 0)
          throw new CallError(status.RESOURCE_EXHAUSTED, 'too many messages of one agent');
        const { nodeId, state, load, latencies } = decodeMessage(bytes);
        clearTimeout(timer);
        entry ??= open(call, nodeId, onSend);
        if (load !== undefined) entry.feed?.load(load);
        if (latencies !== undefined) entry.feed?.latencies(latencies);
        if (state === undefined) return;
        entry.feed?.state(state);
        entry.bytes = new Uint8Array(bytes);
        entry.at = Date.now();
        noteState(entry, state, tables);
        tellRevision(entry, tables.model);
      },
      halfClose: () => call.end(status.OK),
    };
  }

  return {
    addTo: (server) => server.add(CONNECT_PATH, connect),
    tellRenewal() {
      const current = renewal?.();
      if (current === undefined || current.generation === told) return;
      told = current.generation;
      for (const { call } of entries.values()) call.write(() => encodeRenewal(current));
    },
    read: () => readReports(entries, tables.model),
    reportOf(resource, peer) {
      const entry = entries.get(peer);
      if (entry === undefined || entry.resource !== resource) return undefined;
      const state = stateOf(entry);
      return state && { state, at: entry.at };
    },
  };
}
