import type { ServiceView } from '../../mesh/proxy-view.ts';
import type { Upstream } from '../envoy/clusters/upstream.ts';
import { createMemo } from '../memo.ts';
import type { HttpOffer, Offer, TcpOffer } from './offer.ts';
import { collectProblems, unreported, type ConditionalProblem } from '../problems.ts';
import { offers } from './services.ts';

/** What a service offers and leads to, without the rules by which its requests are shared out. */
export type Reach = HttpReach | TcpReach;

/** `upstreams`: the listeners that its rules lead to, each once. */
export type HttpReach = Omit<HttpOffer, 'rules'> & { readonly upstreams: readonly Upstream[] };

/**
 * `inline`: how its connections are shared out, for a proxy in whose listener that stands; undefined where the proxy asks for it by
 * name.
 */
export type TcpReach = Omit<TcpOffer, 'targets' | 'idle'> & {
  readonly upstreams: readonly Upstream[];
  readonly inline: Pick<TcpOffer, 'targets' | 'idle'> | undefined;
};

/** All that a proxy's frame may see of a virtual service. `key` is the whole of it as text, so it cannot lack anything. */
export type ServiceReach = {
  readonly name: string;
  readonly reaches: readonly Reach[];
  readonly problems: readonly ConditionalProblem[];
  readonly key: string;
};

/**
 * The reach of a service, made once for all that call it. Its key is the same text again as long as nothing but rules has changed.
 * `withoutTcpRules`: the rules of TCP do not stand in the listener either.
 */
export function reachOf(service: ServiceView, withoutTcpRules: boolean): ServiceReach {
  return memo(service, String(withoutTcpRules), unreported, () => {
    const { report, list } = collectProblems();
    const reaches = offers(service, report).map((offer) => offerReach(offer, withoutTcpRules));
    const reach = { name: service.name, reaches, problems: list() };
    return { ...reach, key: JSON.stringify(reach) };
  });
}

const memo = createMemo<ServiceReach>();

function offerReach(offer: Offer, withoutTcpRules: boolean): Reach {
  if (offer.kind === 'http') {
    const { rules, ...rest } = offer;
    return { ...rest, upstreams: distinct(rules.flatMap(({ targets }) => targets)) };
  }
  const { targets, idle, ...rest } = offer;
  const inline = withoutTcpRules ? undefined : { targets, idle };
  return { ...rest, upstreams: distinct(targets), inline };
}

/** The upstreams of targets, each once, in the order in which they first come. */
function distinct(targets: readonly Upstream[]): readonly Upstream[] {
  const upstreams = targets.map(({ node, listener }) => ({ node, listener }));
  return [...new Map(upstreams.map((each) => [JSON.stringify(each), each])).values()];
}
