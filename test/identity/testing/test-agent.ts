import { join } from 'node:path';
import { createChannel } from '../../../agent/channel/channel.ts';
import { openIdentity, type AgentIdentity } from '../../../agent/identity/identity.ts';
import type { FirstProof } from '../../../agent/identity/identity-settings.ts';
import { upstreams } from '../../../agent/upstreams/upstreams.ts';
import { createLog } from '../../../common/log.ts';
import { createDeltaClient } from '../../../xds/client/client.ts';
import { CLUSTER } from '../../../xds/types.ts';
import type { IdentityPlane } from './identity-plane.ts';

/** The parts of an agent that an identity is about: identity, ADS with its certificate, and the channel. Without an Envoy. */
export type TestAgent = {
  readonly identity: AgentIdentity;
  readonly isConnected: () => boolean;
  /** Why the last connection ended, or failed. */
  readonly reason: () => string;
  /** Why its connections ended, or failed, one line each. */
  readonly reasons: () => string;
  readonly close: () => void;
};

/** An agent whose stream may not be open yet. */
export type OpenTestAgent = TestAgent & {
  /** Opens the stream and the channel. Resolves once a control plane has accepted the stream. */
  readonly connect: () => Promise<void>;
  /** Why each of its streams ended, or each attempt to open one failed. */
  readonly disconnections: () => readonly string[];
  /** How often it has asked a control plane for a certificate. */
  readonly attempts: () => number;
};

/** Options of a test agent. */
export type TestAgentOptions = {
  readonly node: string;
  readonly proofs?: readonly FirstProof[];
  /** A join token, if that is a proof. */
  readonly token?: string;
  /** The name of the file that keeps the identity. Default: it is kept in memory alone. */
  readonly file?: string;
  readonly stsEndpoint?: string;
  /** How often the channel looks for a changed state, in milliseconds. Default: as a real agent. */
  readonly checkMs?: number;
  /** Multiplies the time over which the control plane spreads renewals. Default: 1. */
  readonly stretch?: () => number;
  /** Called after each update of clusters. */
  readonly onUpdate?: () => void;
};

const log = createLog('test', 'silent');

/** Starts an agent, which gets its certificate and opens its stream. */
export async function startTestAgent(plane: IdentityPlane, options: TestAgentOptions): Promise<TestAgent> {
  const agent = await openTestAgent(plane, options);
  void agent.connect();
  return agent;
}

/** Opens an agent, which gets its certificate, but opens no stream yet. */
export async function openTestAgent(
  plane: IdentityPlane,
  {
    node,
    proofs = ['join-token'],
    token = '',
    file,
    stsEndpoint,
    checkMs,
    stretch = () => 1,
    onUpdate,
  }: TestAgentOptions,
): Promise<OpenTestAgent> {
  const joinToken = { kind: 'text', setting: 'DAYBREAK_XDS_JOIN_TOKEN', text: token } as const;
  const xds = {
    endpoints: [{ kind: 'tls', ...plane.ads() } as const],
    ca: { kind: 'text', setting: 'DAYBREAK_XDS_CA', text: plane.ca } as const,
    certificate: undefined,
    token: undefined,
    identity: { proofs, joinToken: token === '' ? undefined : joinToken, stsEndpoint },
  };
  let attempts = 0;
  const identity = await openIdentity({
    xds,
    secure() {
      attempts += 1;
      return { tls: { ca: plane.ca } };
    },
    nodeId: node,
    agentVersion: '0.1.0',
    file: file === undefined ? undefined : join(plane.folder, file),
    log,
  });
  if (identity === undefined) throw new Error('there is no identity');
  let isConnected = false;
  const disconnections: string[] = [];
  const accepted = Promise.withResolvers<void>();
  const channel = createChannel({
    nodeId: node,
    log,
    onRenewal: (renewal) =>
      identity.renewSoon({ ...renewal, spreadSeconds: renewal.spreadSeconds * stretch() }),
    ...(checkMs !== undefined && { checkMs }),
  });
  channel.start(() => ({
    instance: node,
    ready: true,
    draining: false,
    addresses: [],
    agentVersion: '0.1.0',
    envoyVersion: '',
    runsOn: undefined,
    certificates: [],
    reason: '',
    reportsLoad: false,
    mtlsPorts: [],
    plainCallers: [],
  }));
  const client = createDeltaClient({
    upstreams: upstreams(xds, identity),
    node: () => ({ id: node, cluster: node, userAgentName: 'envoy' }),
    versions: () => new Map(),
    onUpdate(update) {
      client.answer(update);
      onUpdate?.();
    },
    onState(state, detail) {
      isConnected = state === 'connected';
      if (isConnected) accepted.resolve();
      else {
        disconnections.push(detail);
        identity.refused(detail);
      }
    },
    onConnection: channel.connected,
  });
  identity.onNewRoot(() => client.reconnect());
  return {
    connect() {
      client.subscribe(CLUSTER, new Set(['*']));
      return accepted.promise;
    },
    disconnections: () => disconnections,
    attempts: () => attempts,
    identity,
    isConnected: () => isConnected,
    reason: () => disconnections.at(-1) ?? '',
    reasons: () => disconnections.join('\n'),
    close() {
      client.close();
      channel.close();
      identity.close();
    },
  };
}
