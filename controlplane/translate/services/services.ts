import type { ProviderView, ServiceView, TargetNode } from '../../mesh/proxy-view.ts';
import { defaultRetryPolicy } from '../envoy/routes/retry.ts';
import { upstreamProblem } from '../envoy/clusters/upstream.ts';
import { connectionIdle, requestTimes } from '../listener-times.ts';
import { createMemo } from '../memo.ts';
import type { Offer, Rule, Target } from './offer.ts';
import type { Report } from '../problems.ts';
import { routerOffers } from './routers.ts';
import { onePerPort } from './targets.ts';

/** The offers of a virtual service, in the order of the listeners behind it, made once; what cannot work is reported. */
export function offers(service: ServiceView, report: Report): readonly Offer[] {
  return memo(service, '', report, (found) => makeOffers(service, found));
}

const memo = createMemo<readonly Offer[]>();

function makeOffers({ name, provider }: ServiceView, report: Report): readonly Offer[] {
  if (provider.kind === 'none') {
    report(`virtualService/${name}`, 'it has no provider, so it has no effect');
    return [];
  }
  if (provider.kind === 'virtualNode') return nodeOffers(name, provider.node, report);
  if (provider.kind === 'virtualRouter') return routerOffers(name, provider, report);
  report(`virtualService/${name}`, missing(provider));
  return [];
}

/** A service without a router: each listener of the node is reached on its own port, within the listener's own time limits. */
function nodeOffers(service: string, node: TargetNode, report: Report): readonly Offer[] {
  return onePerPort(node.listeners, `virtualNode/${node.name}`, report).flatMap(
    (listener): readonly Offer[] => {
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
