import { decodeAgentMessage, type AgentState } from '../../common/contracts/agent-channel/state.ts';
import { encodeModelRevision } from '../../common/contracts/agent-channel/model-revision.ts';
import type { LatenciesPart } from '../../common/contracts/agent-channel/latencies.ts';
import type { ReceivedLoad } from '../../common/contracts/agent-channel/load.ts';
import type { Question } from '../../common/contracts/agent-channel/questions.ts';
import { CallError } from '../../xds/grpc/call-error.ts';
import type { ServerCall } from '../../xds/grpc/server-call.ts';
import { status } from '../../xds/grpc/status.ts';
import type { Identity } from '../ads/identity.ts';

/** An agent whose stream is admitted. */
export type ConnectedAgent = {
  readonly identity: Identity;
  /** The address of its connection, `HOST:PORT`. */
  readonly peer: string;
  readonly send: (question: Question) => void;
};

/** Takes the messages of one agent, until its stream ends. */
export type AgentFeed = {
  readonly state: (state: AgentState) => void;
  /** The load is valid during the call. */
  readonly load: (load: ReceivedLoad) => void;
  readonly latencies: (part: LatenciesPart) => void;
  readonly ended: () => void;
};

/** An open stream of an agent. States are kept as bytes: most are never read, and objects would take several times the memory. */
export type Entry = {
  readonly identity: Identity;
  /** `mesh/M/virtualNode/N`. */
  readonly resource: string;
  readonly isIdentified: boolean;
  readonly call: ServerCall;
  readonly feed: AgentFeed | undefined;
  /** The latest message with a state, and when it arrived, in milliseconds since 1970; 0: there was none. */
  bytes: Uint8Array;
  at: number;
  /** The revision of the model that the agent was told. */
  toldRevision: number | undefined;
  /** Whether a message with the revision waits for the agent to read. */
  isTelling: boolean;
};

/** Returns the latest state of an agent; undefined before the first one. */
export function stateOf({ at, bytes }: Pick<Entry, 'at' | 'bytes'>): AgentState | undefined {
  return at === 0 ? undefined : decodeMessage(bytes).state;
}

/**
 * Tells an agent the revision of the model, if that has changed. An agent reports its state soon after Envoy has accepted an update, so it
 * learns the revision of that time without a request. At most one message waits for an agent that does not read; its content is the
 * revision at the time when it is sent.
 */
export function tellRevision(
  entry: Pick<Entry, 'toldRevision' | 'isTelling'> & { readonly call: Pick<ServerCall, 'write'> },
  model: { readonly revision: number },
): void {
  if (entry.isTelling || entry.toldRevision === model.revision) return;
  entry.isTelling = true;
  const encode = (): Uint8Array => {
    entry.toldRevision = model.revision;
    return encodeModelRevision(model.revision);
  };
  entry.call.write(encode, { left: () => void (entry.isTelling = false) });
}

/** Decodes a message of an agent. @throws CallError if the bytes are not a message */
export function decodeMessage(bytes: Uint8Array): ReturnType<typeof decodeAgentMessage> {
  try {
    return decodeAgentMessage(bytes);
  } catch (cause) {
    throw new CallError(status.INVALID_ARGUMENT, 'a message that is not an AgentMessage', { cause });
  }
}
