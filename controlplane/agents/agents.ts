import {
  CONNECT_PATH,
  decodeAgentMessage,
  MOST_MESSAGE_BYTES,
  type AgentState,
} from '../../common/contracts/agent-channel/state.ts';
import { createTokenBucket } from '../../common/token-bucket.ts';
import { CallError } from '../../xds/grpc/call-error.ts';
import type { GrpcServer } from '../../xds/grpc/server.ts';
import type { CallReader, ServerCall } from '../../xds/grpc/server-call.ts';
import { status } from '../../xds/grpc/status.ts';
import type { Admission } from '../ads/access/admission.ts';
import { parseIdentity, proxyPath } from '../ads/identity.ts';

/** The latest state of a connected agent. `at`: when it arrived, in milliseconds since 1970. */
export type AgentReport = { readonly state: AgentState; readonly at: number };

/** The agents that keep a channel open beside their ADS stream. */
export type Agents = {
  /** Adds the channel's method to the server of ADS. */
  readonly addTo: (server: GrpcServer) => void;
  /** The latest report of the agent of a proxy, by the proxy's resource and its peer address; undefined if there is none. */
  readonly reportOf: (resource: string, peer: string) => AgentReport | undefined;
};

/** States are kept as bytes: most are never read, and objects would take several times the memory. */
type Entry = { readonly resource: string; bytes: Uint8Array; at: number };

const FIRST_MESSAGE_MS = 30_000;
/** Messages of one agent. An agent of this version sends one a second at most. */
const MESSAGES = { rate: 2, burst: 30 };

/**
 * Creates the control plane's side of the channel. A stream has to be admitted like an ADS stream, as the node that its first message
 * names, and there is one a connection.
 */
export function createAgents(admission: Pick<Admission, 'admit'>): Agents {
  const entries = new Map<string, Entry>();

  function open(call: ServerCall, nodeId: string): Entry {
    const { peer } = call.connection;
    if (entries.has(peer))
      throw new CallError(status.ALREADY_EXISTS, 'this connection already has a stream of its agent');
    const identity = parseIdentity(nodeId);
    admission.admit(call, identity);
    const entry: Entry = { resource: proxyPath(identity), bytes: new Uint8Array(), at: 0 };
    entries.set(peer, entry);
    call.whenOver(() => entries.delete(peer));
    call.sendHeaders();
    return entry;
  }

  function connect(call: ServerCall): CallReader {
    let entry: Entry | undefined;
    const bucket = createTokenBucket(MESSAGES, Date.now);
    const timer = setTimeout(
      () => call.end(status.DEADLINE_EXCEEDED, 'a stream without a first message'),
      FIRST_MESSAGE_MS,
    ).unref();
    call.whenOver(() => clearTimeout(timer));
    return {
      mostMessageBytes: MOST_MESSAGE_BYTES,
      message(bytes) {
        if (bucket() > 0) throw new CallError(status.RESOURCE_EXHAUSTED, 'too many messages of one agent');
        const { nodeId, state } = decode(bytes);
        clearTimeout(timer);
        entry ??= open(call, nodeId);
        if (state === undefined) return;
        entry.bytes = new Uint8Array(bytes);
        entry.at = Date.now();
      },
      halfClose: () => call.end(status.OK),
    };
  }

  return {
    addTo: (server) => server.add(CONNECT_PATH, connect),
    reportOf(resource, peer) {
      const entry = entries.get(peer);
      if (entry === undefined || entry.resource !== resource || entry.at === 0) return undefined;
      const { state } = decode(entry.bytes);
      return state && { state, at: entry.at };
    },
  };
}

function decode(bytes: Uint8Array): ReturnType<typeof decodeAgentMessage> {
  try {
    return decodeAgentMessage(bytes);
  } catch (cause) {
    throw new CallError(status.INVALID_ARGUMENT, 'a message that is no AgentMessage', { cause });
  }
}
