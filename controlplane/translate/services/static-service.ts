import type { ServiceView } from '../../mesh/proxy-view.ts';
import type { Upstream } from '../envoy/clusters/upstream.ts';
import { createMemo } from '../memo.ts';
import type { HttpServicePort, ServicePort, TcpServicePort } from './service-port.ts';
import { collectProblems, unreported, type ConditionalProblem } from '../problems.ts';
import { servicePorts } from './services.ts';

/** A service port without the rules that distribute its requests. */
export type StaticPort = HttpStaticPort | TcpStaticPort;

/** `upstreams`: the target listeners of its rules, each once. */
export type HttpStaticPort = Omit<HttpServicePort, 'rules'> & { readonly upstreams: readonly Upstream[] };

/**
 * `inline`: the targets of its connections, for a proxy whose listener contains them; undefined if the proxy discovers the filter by
 * name.
 */
export type TcpStaticPort = Omit<TcpServicePort, 'targets' | 'idle'> & {
  readonly upstreams: readonly Upstream[];
  readonly inline: Pick<TcpServicePort, 'targets' | 'idle'> | undefined;
};

/** Everything about a service except its routing rules (ports, targets, problems). `key` is all of it as text: the cache key. */
export type StaticService = {
  readonly name: string;
  readonly staticPorts: readonly StaticPort[];
  readonly problems: readonly ConditionalProblem[];
  readonly key: string;
};

/**
 * Returns the static part of a service, built once for all callers. Its key stays equal while only routing rules change.
 * `withoutTcpRules`: leaves out TCP rules too, because the listener does not contain them.
 */
export function staticServiceOf(service: ServiceView, withoutTcpRules: boolean): StaticService {
  return memo(service, String(withoutTcpRules), unreported, () => {
    const { report, list } = collectProblems();
    const staticPorts = servicePorts(service, report).map((servicePort) =>
      staticPortOf(servicePort, withoutTcpRules),
    );
    const staticService = { name: service.name, staticPorts, problems: list() };
    return { ...staticService, key: JSON.stringify(staticService) };
  });
}

const memo = createMemo<StaticService>();

function staticPortOf(servicePort: ServicePort, withoutTcpRules: boolean): StaticPort {
  if (servicePort.kind === 'http') {
    const { rules, ...rest } = servicePort;
    return { ...rest, upstreams: distinct(rules.flatMap(({ targets }) => targets)) };
  }
  const { targets, idle, ...rest } = servicePort;
  const inline = withoutTcpRules ? undefined : { targets, idle };
  return { ...rest, upstreams: distinct(targets), inline };
}

/** Returns the upstreams of targets, each once, in order of their first occurrence. */
function distinct(targets: readonly Upstream[]): readonly Upstream[] {
  const upstreams = targets.map(({ node, listener }) => ({ node, listener }));
  return [...new Map(upstreams.map((each) => [JSON.stringify(each), each])).values()];
}
