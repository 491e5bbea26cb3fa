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
  readonly close: () => void;
};

const log = createLog('test', 'silent');

/** Starts one. `token`: a join token, if that is a proof. `file`: the name of the file that keeps the identity. */
export async function startTestAgent(
  plane: IdentityPlane,
  {
    node,
    proofs = ['join-token'],
    token = '',
    file,
    stsEndpoint,
  }: {
    readonly node: string;
    readonly proofs?: readonly FirstProof[];
    readonly token?: string;
    readonly file?: string;
    readonly stsEndpoint?: string;
  },
): Promise<TestAgent> {
  const joinToken = { kind: 'text', setting: 'DAYBREAK_XDS_JOIN_TOKEN', text: token } as const;
  const xds = {
    endpoints: [{ kind: 'tls', ...plane.ads() } as const],
    ca: { kind: 'text', setting: 'DAYBREAK_XDS_CA', text: plane.ca } as const,
    certificate: undefined,
    token: undefined,
    identity: { proofs, joinToken: token === '' ? undefined : joinToken, stsEndpoint },
  };
  const identity = await openIdentity({
    xds,
    secure: () => ({ tls: { ca: plane.ca } }),
    nodeId: node,
    agentVersion: '0.1.0',
    file: file === undefined ? undefined : join(plane.folder, file),
    log,
  });
  if (identity === undefined) throw new Error('there is no identity');
  let isConnected = false;
  let reason = '';
  const channel = createChannel({ nodeId: node, log, onRenewal: identity.renewSoon });
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
    onUpdate: (update) => client.answer(update),
    onState(state, detail) {
      isConnected = state === 'connected';
      if (state === 'disconnected') {
        reason = detail;
        identity.refused(detail);
      }
    },
    onConnection: channel.connected,
  });
  client.subscribe(CLUSTER, new Set(['*']));
  return {
    identity,
    isConnected: () => isConnected,
    reason: () => reason,
    close() {
      client.close();
      channel.close();
      identity.close();
    },
  };
}
