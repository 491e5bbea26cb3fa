import type { StreamStatus, TypeStatus } from '../xds/status.ts';
import type { ProxyConfig } from './ads/proxy-configs.ts';

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
  /** Parts of the model that have no effect on this proxy, and why. */
  readonly problems: ProxyConfig['problems'];
};

/** One type of a proxy's resources. `error` is Envoy's own. */
export type ProxyTypeStatus = {
  readonly type: string;
  readonly resources: number;
  readonly version: string | undefined;
  readonly acknowledgedAt: string | undefined;
  readonly error: string | undefined;
};

/** Puts together what the streams and the configurations say. */
export function statusOf(
  revision: number,
  streams: readonly StreamStatus[],
  configOf: (key: string) => ProxyConfig | undefined,
): Status {
  const proxies = streams.map((stream) => proxyStatus(stream, configOf(stream.key)));
  return { revision, proxies: proxies.toSorted((a, b) => (a.resource < b.resource ? -1 : 1)) };
}

function proxyStatus(stream: StreamStatus, config: ProxyConfig | undefined): ProxyStatus {
  const { mesh = '', kind = '', name = '' } = config?.identity ?? {};
  return {
    resource: `mesh/${mesh}/${kind}/${name}`,
    instance: instanceOf(stream),
    envoy: stream.node.version,
    peer: stream.peer,
    variant: stream.variant,
    connectedAt: new Date(stream.connectedAt).toISOString(),
    state: stateOf(stream, config),
    types: stream.types.map(typeStatus),
    problems: config?.problems ?? [],
  };
}

function instanceOf({ node }: StreamStatus): string {
  const said = node.metadata['daybreak'];
  if (typeof said !== 'object' || said === null || Array.isArray(said)) return '';
  return typeof said['instance'] === 'string' ? said['instance'] : '';
}

function stateOf({ types }: StreamStatus, config: ProxyConfig | undefined): ProxyStatus['state'] {
  if (config?.state !== 'served') return config?.state ?? 'waiting';
  if (types.some(({ settled }) => settled === 'refused')) return 'refused';
  return types.length > 0 && types.every(({ settled }) => settled === 'acknowledged')
    ? 'in sync'
    : 'updating';
}

function typeStatus({ typeUrl, resources, acknowledged, refused }: TypeStatus): ProxyTypeStatus {
  return {
    type: typeUrl.split('.').at(-1) ?? typeUrl,
    resources,
    version: acknowledged?.version,
    acknowledgedAt: acknowledged && new Date(acknowledged.at).toISOString(),
    error: refused?.message,
  };
}
