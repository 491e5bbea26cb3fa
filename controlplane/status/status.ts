import type { Refusal } from '../../common/contracts/agent-channel/state.ts';
import { compareText } from '../../common/compare-text.ts';
import type { StreamStatus, TypeStatus } from '../../xds/status.ts';
import { SECRET, shortName } from '../../xds/types.ts';
import type { AgentReport, Agents } from '../agents/agents.ts';
import { proxyPath } from '../ads/identity.ts';
import type { ProxyConfig } from '../ads/config-table.ts';
import type { ProxyConfigs } from '../ads/proxy-configs.ts';
import { problemsIn, type Circumstances, type Problem } from '../translate/problems.ts';

/** The response of `GET /status`: the model's revision, and the status of every proxy. Times are in ISO 8601, UTC. */
export type Status = {
  /** The revision of the last change to the model. */
  readonly revision: number;
  readonly proxies: readonly ProxyStatus[];
  /** Agents to which this replica refused a certificate in the last 15 minutes. Absent: none. */
  readonly unproven?: readonly UnprovenAgent[];
};

/** An agent whose latest attempt to get a certificate was refused. */
export type UnprovenAgent = {
  readonly resource: string;
  readonly from: string;
  readonly at: string;
  readonly attempts: number;
  /** `CODE: reason`, as the agent has it. */
  readonly reason: string;
};

/** One connected proxy. */
export type ProxyStatus = {
  /** The resource that it represents, e.g. `mesh/default/virtualNode/colorgateway-vn`. */
  readonly resource: string;
  /** Distinguishes the processes of one resource; empty for an Envoy without an agent. */
  readonly instance: string;
  /** The version of its agent; empty for an Envoy without one. */
  readonly agent: string;
  readonly envoy: string;
  readonly peer: string;
  readonly variant: 'delta' | 'sotw';
  readonly connectedAt: string;
  /**
   * `in sync`: the proxy sent an ACK for its whole configuration. `updating`: ACKs are outstanding. `refused`: it sent a NACK.
   * `waiting`: its resource does not exist. `orphaned`: its resource was deleted, and it keeps its last configuration.
   */
  readonly state: 'in sync' | 'updating' | 'refused' | 'waiting' | 'orphaned';
  /** The latest report of its agent; undefined without an agent, or with one of a version that reports nothing. */
  readonly report?: ProxyReport | undefined;
  readonly types: readonly ProxyTypeStatus[];
  /** The parts of the model that have no effect on this proxy, with the reasons, and failing lookups in AWS or in a folder. */
  readonly problems: readonly Problem[];
};

/** The latest report of a proxy's agent. */
export type ProxyReport = {
  /** When it arrived. Agents report changes at once, and each minute. */
  readonly at: string;
  /** Whether Envoy is LIVE, and none of its listeners waits for a secret. */
  readonly ready: boolean;
  /** Whether the proxy is about to stop, or its application is gone. */
  readonly draining: boolean;
  /** Why the proxy drains or is not ready; empty if it serves. */
  readonly reason: string;
  /** The IP addresses of its task or host. */
  readonly addresses: readonly string[];
  /**
   * The configuration that Envoy runs on: `live`, the control plane's, with the time of the last ACK; or `last good`, with the time
   * of that configuration. Undefined: none yet.
   */
  readonly runsOn: { readonly source: 'live' | 'last good'; readonly since: string } | undefined;
  /** Certificates in use, at most 16, those that expire first at the front. */
  readonly certificates: readonly { readonly name: string; readonly ends: string }[];
  /** Requests and connections that authorization refused since Envoy started, or would refuse; at most 6. Absent: none. */
  readonly refusals?: readonly Refusal[];
};

/** One type of a proxy's resources: their number, and the latest response, ACK and NACK. */
export type ProxyTypeStatus = {
  readonly type: string;
  readonly resources: number;
  /** The version of a response without an ACK or NACK yet. */
  readonly sentVersion: string | undefined;
  readonly sentAt: string | undefined;
  /** The version of the last ACK. */
  readonly version: string | undefined;
  readonly acknowledgedAt: string | undefined;
  /** The version of the last NACK, until a later ACK; the error is Envoy's own. */
  readonly refusedVersion: string | undefined;
  readonly refusedAt: string | undefined;
  readonly error: string | undefined;
};

/** Combines the status of streams and configurations. */
export function statusOf(
  revision: number,
  streams: readonly StreamStatus[],
  configs: Pick<ProxyConfigs, 'get' | 'circumstances'>,
  agents: Pick<Agents, 'reportOf'> = NO_AGENTS,
): Status {
  const proxies = streams.map((stream) => {
    const proxy = proxyStatus(stream, configs, agents);
    return { proxy, key: sortKey(proxy) };
  });
  proxies.sort((a, b) => compareText(a.key, b.key));
  return { revision, proxies: proxies.map(({ proxy }) => proxy) };
}

const NO_AGENTS: Pick<Agents, 'reportOf'> = { reportOf: () => undefined };

// Keeps each proxy at a stable position in the list.
function sortKey({ resource, instance, peer }: ProxyStatus): string {
  return `${resource}\0${instance}\0${peer}`;
}

/** Returns the status of one stream. */
export function proxyStatus(
  stream: StreamStatus,
  configs: Pick<ProxyConfigs, 'get' | 'circumstances'>,
  agents: Pick<Agents, 'reportOf'> = NO_AGENTS,
): ProxyStatus {
  const config = configs.get(stream.key);
  const resource = config === undefined ? stream.node.id : proxyPath(config.identity);
  const report = agents.reportOf(resource, stream.peer);
  return {
    resource,
    instance: agentMetadata(stream, 'instance'),
    agent: agentMetadata(stream, 'version'),
    envoy: stream.node.version,
    peer: stream.peer,
    variant: stream.variant,
    connectedAt: new Date(stream.connectedAt).toISOString(),
    state: stateOf(stream, config),
    report: report && proxyReport(report),
    types: stream.types.map(typeStatus),
    problems: config === undefined ? [] : problemsOf(stream, config, configs.circumstances(config.identity)),
  };
}

function problemsOf(
  { types }: StreamStatus,
  { problems, troubles }: ProxyConfig,
  circumstances: Circumstances,
): readonly Problem[] {
  const secrets = types.find(({ typeUrl }) => typeUrl === SECRET);
  const held = (name: string): string | undefined => secrets?.held(name);
  return [...problemsIn(problems, { ...circumstances, held }), ...troubles()];
}

// Reads the metadata that an agent adds to the node of its Envoy.
function agentMetadata({ node }: StreamStatus, name: 'instance' | 'version'): string {
  const metadata = node.metadata['daybreak'];
  if (typeof metadata !== 'object' || metadata === null || Array.isArray(metadata)) return '';
  const value = metadata[name];
  return typeof value === 'string' ? value : '';
}

function stateOf({ types }: StreamStatus, config: ProxyConfig | undefined): ProxyStatus['state'] {
  if (config?.state !== 'served') return config?.state ?? 'waiting';
  if (types.some(({ settled }) => settled === 'nacked')) return 'refused';
  return types.length > 0 && types.every(({ settled }) => settled === 'acked') ? 'in sync' : 'updating';
}

function typeStatus({ typeUrl, resources, outstanding, acked, nacked }: TypeStatus): ProxyTypeStatus {
  return {
    type: shortName(typeUrl),
    resources,
    sentVersion: outstanding?.version,
    sentAt: iso(outstanding?.sentAt),
    version: acked?.version,
    acknowledgedAt: iso(acked?.at),
    refusedVersion: nacked?.version,
    refusedAt: iso(nacked?.at),
    error: nacked?.message,
  };
}

function proxyReport({ at, state }: AgentReport): ProxyReport {
  const { ready, draining, reason, addresses, runsOn, certificates, refusals } = state;
  return {
    at: new Date(at).toISOString(),
    ready,
    draining,
    reason,
    addresses,
    runsOn: runsOn && { source: runsOn.source, since: new Date(runsOn.since).toISOString() },
    certificates: certificates.map(({ name, ends }) => ({ name, ends: new Date(ends).toISOString() })),
    ...(refusals && { refusals }),
  };
}

function iso(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}
