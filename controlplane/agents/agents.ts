import {
  CONNECT_PATH,
  decodeAgentMessage,
  MOST_MESSAGE_BYTES,
  type AgentState,
  type Refusal,
} from '../../common/contracts/agent-channel/state.ts';
import { encodeRenewal, type Renewal } from '../../common/contracts/agent-channel/renewal.ts';
import type { LatenciesPart } from '../../common/contracts/agent-channel/latencies.ts';
import type { ReceivedLoad } from '../../common/contracts/agent-channel/load.ts';
import { encodeModelRevision } from '../../common/contracts/agent-channel/model-revision.ts';
import { encodeQuestion, type Question } from '../../common/contracts/agent-channel/questions.ts';
import type { Log } from '../../common/log.ts';
import { createTokenBucket } from '../../common/limits/token-bucket.ts';
import { CallError } from '../../xds/grpc/call-error.ts';
import type { GrpcServer } from '../../xds/grpc/server.ts';
import type { CallReader, ServerCall } from '../../xds/grpc/server-call.ts';
import { status } from '../../xds/grpc/status.ts';
import type { Admission } from '../ads/access/admission.ts';
import { parseIdentity, proxyPath, resolve, type Identity } from '../ads/identity.ts';
import { idKey, type Model } from '../mesh/model.ts';
import type { ResourceId } from '../mesh/resource.ts';
import type { Draining } from './draining.ts';
import type { MutualInstances } from './mutual-instances.ts';
import type { PlainCallers } from './plain-callers.ts';

/** The latest state of a connected agent. `at`: when it arrived, in milliseconds since 1970. */
export type AgentReport = { readonly state: AgentState; readonly at: number };

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

/** The reports of all agents at one moment. */
export type AgentReports = {
  /** The proxy whose agent connects from an address, or says that it has it; undefined if none does. */
  readonly proxyAt: (address: string) => ProxyAt | undefined;
  /** The refused requests and connections that the agents of a virtual node report. */
  readonly refusalsOf: (node: ResourceId<'virtualNode'>) => readonly Refusal[];
};

/** A proxy: `mesh/M/virtualNode/N`, and the resource that this names now. */
export type ProxyAt = { readonly path: string; readonly id: ReturnType<typeof resolve> };

/** Inputs of the agents. */
export type AgentsOptions = {
  readonly admission: Pick<Admission, 'admit'>;
  readonly model: Model;
  readonly draining: Draining;
  readonly mutual: MutualInstances;
  readonly plain: Pick<PlainCallers, 'add'>;
  readonly log: Log;
  /** Which certificates are up to date. Undefined: this control plane issues none. */
  readonly renewal?: (() => Renewal) | undefined;
  /** Called for each agent. Default: reports of load are skipped. */
  readonly onConnected?: (agent: ConnectedAgent) => AgentFeed;
};

/** States are kept as bytes: most are never read, and objects would take several times the memory. */
type Entry = {
  readonly identity: Identity;
  readonly resource: string;
  readonly isIdentified: boolean;
  readonly call: ServerCall;
  readonly feed: AgentFeed | undefined;
  bytes: Uint8Array;
  at: number;
  /** The revision of the model that the agent was told. */
  toldRevision: number | undefined;
};

const FIRST_MESSAGE_MS = 30_000;
/** Messages of one agent. An agent of this version sends one a second at most. */
const MESSAGES = { rate: 2, burst: 30 };

/**
 * Creates the control plane's side of the channel. A stream has to be admitted like an ADS stream, as the node that its first message
 * names, and there is one a connection.
 */
export function createAgents({
  admission,
  model,
  draining,
  mutual,
  plain,
  log,
  renewal,
  onConnected,
}: AgentsOptions): Agents {
  let told = renewal?.().generation;
  const entries = new Map<string, Entry>();

  function open(call: ServerCall, nodeId: string): Entry {
    const { peer } = call.connection;
    if (entries.has(peer))
      throw new CallError(status.ALREADY_EXISTS, 'this connection already has a stream of its agent');
    const identity = parseIdentity(nodeId);
    const { isIdentified } = admission.admit(call, identity);
    const resource = proxyPath(identity);
    const send = (question: Question): void => {
      const message = encodeQuestion(question);
      call.write(() => message);
    };
    const feed = onConnected?.({ identity, peer, send });
    const unheard = { bytes: new Uint8Array(), at: 0, toldRevision: undefined };
    const entry: Entry = { identity, resource, isIdentified, call, feed, ...unheard };
    entries.set(peer, entry);
    call.whenOver(() => {
      entries.delete(peer);
      draining.end(peer);
      feed?.ended();
      mutual.end(peer);
    });
    call.sendHeaders();
    if (renewal !== undefined) call.write(() => encodeRenewal(renewal()));
    return entry;
  }

  /** Takes what an agent says of its own instance. Only its own instances: those of the virtual node that the credential admits, and that has the agent's addresses. */
  function noteDraining({ identity, resource, isIdentified }: Entry, peer: string, state: AgentState): void {
    const node = resolve(model, identity);
    if (node === undefined || node.kind !== 'virtualNode') return;
    const own = { from: hostOf(peer), addresses: isIdentified ? state.addresses : [] };
    const taking = state.mtlsPorts.length > 0 ? { ...own, ports: state.mtlsPorts } : undefined;
    mutual.set(peer, node, taking, own.from);
    // An agent that has not shown who it is could name any caller.
    if (isIdentified) plain.add(node, state.plainCallers);
    const wasDraining = draining.isSet(peer);
    draining.set(peer, node, state.draining ? own : undefined);
    if (state.ready && !state.draining) draining.serves(node, own);
    if (state.draining === wasDraining) return;
    const words = state.draining ? 'drains: its callers get other instances' : 'serves again';
    log.info({ proxy: resource, peer, reason: state.reason }, `a proxy ${words}`);
  }

  /** An agent reports its state soon after Envoy has accepted an update, so it knows the revision of then, and asks for nothing. */
  function tellRevision(entry: Entry): void {
    const { revision } = model;
    if (entry.toldRevision === revision) return;
    entry.toldRevision = revision;
    entry.call.write(() => encodeModelRevision(revision));
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
        const { nodeId, state, load, latencies } = decode(bytes);
        clearTimeout(timer);
        entry ??= open(call, nodeId);
        if (load !== undefined) entry.feed?.load(load);
        if (latencies !== undefined) entry.feed?.latencies(latencies);
        if (state === undefined) return;
        entry.feed?.state(state);
        entry.bytes = new Uint8Array(bytes);
        entry.at = Date.now();
        noteDraining(entry, call.connection.peer, state);
        tellRevision(entry);
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
    read() {
      const proxies = new Map<string, ProxyAt>();
      const refusals = new Map<string, Refusal[]>();
      for (const [peer, { identity, resource, isIdentified, bytes, at }] of entries) {
        const id = resolve(model, identity);
        const state = at === 0 ? undefined : decode(bytes).state;
        // An agent that has not shown who it is could name the addresses of others.
        const own = [hostOf(peer), ...((isIdentified && state?.addresses) || [])];
        for (const address of own) if (!proxies.has(address)) proxies.set(address, { path: resource, id });
        const reported = state?.refusals ?? [];
        if (id?.kind !== 'virtualNode' || reported.length === 0) continue;
        const all = refusals.get(idKey(id)) ?? [];
        all.push(...reported);
        refusals.set(idKey(id), all);
      }
      return {
        proxyAt: (address) => proxies.get(address),
        refusalsOf: (node) => refusals.get(idKey(node)) ?? [],
      };
    },
    reportOf(resource, peer) {
      const entry = entries.get(peer);
      if (entry === undefined || entry.resource !== resource || entry.at === 0) return undefined;
      const { state } = decode(entry.bytes);
      return state && { state, at: entry.at };
    },
  };
}

/** Returns the address of a peer, `HOST:PORT`, without brackets; that of an IPv4 client on an IPv6 socket in IPv4 form. */
function hostOf(peer: string): string {
  const host = peer.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return host.replace(/^::ffff:(?=\d+\.)/i, '');
}

function decode(bytes: Uint8Array): ReturnType<typeof decodeAgentMessage> {
  try {
    return decodeAgentMessage(bytes);
  } catch (cause) {
    throw new CallError(status.INVALID_ARGUMENT, 'a message that is no AgentMessage', { cause });
  }
}
