import type { ProviderView, ServiceView, TargetNode } from '../mesh/view.ts';
import { defaultRetryPolicy } from './envoy/retry.ts';
import { upstreamProblem } from './envoy/upstream.ts';
import { connectionIdle, requestTimes } from './listener-times.ts';
import { createMemo } from './memo.ts';
import type { Offer, Rule, Target } from './offer.ts';
import { collectProblems, unreported, type Report } from './problems.ts';
import { routerOffers } from './routers.ts';
import { onePerPort } from './targets.ts';

/** The offers of a virtual service, in the order of the listeners behind it, made once; what cannot work is reported. */
export function offers(service: ServiceView, report: Report): readonly Offer[] {
  return memo(service, '', report, (found) => makeOffers(service, found));
}

const memo = createMemo<readonly Offer[]>();

/**
 * All of a virtual service but by which rules its requests are shared out, as one text: what it offers where, what it leads
 * to, what is wrong with it. It is made once, and the same text again as long as nothing but the rules is another. Those of TCP
 * are left out only `withoutTcpRules`: elsewhere they stand in the listener.
 */
export function reachOf(service: ServiceView, withoutTcpRules: boolean): string {
  return reaches(service, String(withoutTcpRules), unreported, () => {
    const { report, list } = collectProblems();
    const all = offers(service, report).map((offer) =>
      offer.kind === 'tcp' && !withoutTcpRules ? offer : offerReach(offer),
    );
    return JSON.stringify([service.name, all, list()]);
  });
}

const reaches = createMemo<string>();

function offerReach(offer: Offer): unknown {
  const all = offer.kind === 'tcp' ? offer.targets : offer.rules.flatMap(({ targets }) => targets);
  const targets = all.map(({ node, listener }) => JSON.stringify([node, listener]));
  return [offer.port, offer.kind === 'tcp' ? 'tcp' : offer.protocol, [...new Set(targets)]];
}

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
        return [{ kind: 'tcp', service, port, targets, idle: connectionIdle(listener) }];
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
