import { compareText } from '../../common/compare-text.ts';
import type { StreamStatus, TypeStatus } from '../../xds/status.ts';
import { SECRET, shortName } from '../../xds/types.ts';
import { proxyPath } from '../ads/identity.ts';
import type { ProxyConfig, ProxyConfigs } from '../ads/proxy-configs.ts';
import { problemsIn, type Circumstances, type Problem } from '../translate/problems.ts';

/** What `GET /status` answers: how far the model is, and how every proxy stands with it. Times are ISO 8601, UTC. */
export type Status = {
  /** The revision of the last change to the model. */
  readonly revision: number;
  readonly proxies: readonly ProxyStatus[];
};

/** One connected proxy. */
export type ProxyStatus = {
  /** The resource that it stands for, e.g. `mesh/default/virtualNode/colorgateway-vn`. */
  readonly resource: string;
  /** What tells processes of one resource apart; empty for an Envoy without an agent. */
  readonly instance: string;
  /** The version of its agent; empty for an Envoy without one. */
  readonly agent: string;
  readonly envoy: string;
  readonly peer: string;
  readonly variant: 'delta' | 'sotw';
  readonly connectedAt: string;
  /**
   * `in sync`: it acknowledged all that it is to have. `updating`: answers are due. `refused`: it refused something.
   * `waiting`: its resource does not exist. `orphaned`: its resource was deleted, and it keeps what it had.
   */
  readonly state: 'in sync' | 'updating' | 'refused' | 'waiting' | 'orphaned';
  readonly types: readonly ProxyTypeStatus[];
  /** Parts of the model that have no effect on this proxy, and why; and what AWS, or a folder, cannot be asked for now. */
  readonly problems: readonly Problem[];
};

/** One type of a proxy's resources: how many it was sent and has, and what it said to them. */
export type ProxyTypeStatus = {
  readonly type: string;
  readonly resources: number;
  /** What was sent and not answered yet. */
  readonly sentVersion: string | undefined;
  readonly sentAt: string | undefined;
  /** What it acknowledged last. */
  readonly version: string | undefined;
  readonly acknowledgedAt: string | undefined;
  /** What it refused, as long as it has not taken another; the error is Envoy's own. */
  readonly refusedVersion: string | undefined;
  readonly refusedAt: string | undefined;
  readonly error: string | undefined;
};

/** Puts together what the streams and the configurations say. */
export function statusOf(
  revision: number,
  streams: readonly StreamStatus[],
  configs: Pick<ProxyConfigs, 'get' | 'circumstances'>,
): Status {
  const proxies = streams.map((stream) => proxyStatus(stream, configs));
  return { revision, proxies: proxies.toSorted((a, b) => compareText(sortKey(a), sortKey(b))) };
}

// So that a proxy keeps its line from one look to the next.
function sortKey({ resource, instance, peer }: ProxyStatus): string {
  return `${resource}\0${instance}\0${peer}`;
}

function proxyStatus(
  stream: StreamStatus,
  configs: Pick<ProxyConfigs, 'get' | 'circumstances'>,
): ProxyStatus {
  const config = configs.get(stream.key);
  return {
    resource: config === undefined ? stream.node.id : proxyPath(config.identity),
    instance: saidBy(stream, 'instance'),
    agent: saidBy(stream, 'version'),
    envoy: stream.node.version,
    peer: stream.peer,
    variant: stream.variant,
    connectedAt: new Date(stream.connectedAt).toISOString(),
    state: stateOf(stream, config),
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

// What an agent adds to the node of its Envoy.
function saidBy({ node }: StreamStatus, name: 'instance' | 'version'): string {
  const said = node.metadata['daybreak'];
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return '';
  const value = said[name];
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

function iso(time: number | undefined): string | undefined {
  return time === undefined ? undefined : new Date(time).toISOString();
}
