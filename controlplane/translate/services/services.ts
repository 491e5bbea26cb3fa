import type { ProviderView, ServiceView, TargetNode } from '../../mesh/proxy-view.ts';
import { defaultRetryPolicy } from '../envoy/routes/retry.ts';
import { upstreamProblem } from '../envoy/clusters/upstream.ts';
import { connectionIdle, requestTimes } from '../listener-times.ts';
import { createMemo } from '../memo.ts';
import type { ServicePort, Rule, Target } from './service-port.ts';
import type { Report } from '../problems.ts';
import { routerServicePorts } from './routers.ts';
import { onePerPort } from './targets.ts';

/** Returns the ports of a virtual service, in the order of its listeners, cached; reports the parts that cannot work. */
export function servicePorts(service: ServiceView, report: Report): readonly ServicePort[] {
  return memo(service, '', report, (found) => makeServicePorts(service, found));
}

const memo = createMemo<readonly ServicePort[]>();

function makeServicePorts({ name, provider }: ServiceView, report: Report): readonly ServicePort[] {
  if (provider.kind === 'none') {
    report(`virtualService/${name}`, 'it has no provider, so it has no effect');
    return [];
  }
  if (provider.kind === 'virtualNode') return nodeServicePorts(name, provider.node, report);
  if (provider.kind === 'virtualRouter') return routerServicePorts(name, provider, report);
  report(`virtualService/${name}`, missing(provider));
  return [];
}

/** A service without a router: each listener of the node has its own port and its own time limits. */
function nodeServicePorts(service: string, node: TargetNode, report: Report): readonly ServicePort[] {
  return onePerPort(node.listeners, `virtualNode/${node.name}`, report).flatMap(
    (listener): readonly ServicePort[] => {
      const { port, protocol } = listener.portMapping;
      const problem = upstreamProblem({ node });
      if (problem !== undefined) {
        report(`virtualService/${service}`, `virtual node ${node.name} cannot be reached: ${problem}`);
        return [];
      }
      const targets = [{ node, listener, weight: 100 }];
      if (protocol === 'tcp')
        return [{ kind: 'tcp', service, port, router: undefined, targets, idle: connectionIdle(listener) }];
      const rule = wholeService(targets, requestTimes(listener));
      return [{ kind: 'http', service, port, protocol, rules: [rule] }];
    },
  );
}

function wholeService(targets: readonly Target[], times: Pick<Rule, 'timeout' | 'idle'>): Rule {
  return {
    name: '',
    conditions: { path: { kind: 'prefix', text: '/' }, headers: [], query: [] },
    targets,
    ...times,
    retry: defaultRetryPolicy(),
  };
}

function missing({ what, name }: Extract<ProviderView, { kind: 'missing' }>): string {
  if (what === 'virtualService') return 'the virtual service does not exist';
  const kind = what === 'virtualNode' ? 'virtual node' : 'virtual router';
  return `its provider, ${kind} ${name}, does not exist`;
}
