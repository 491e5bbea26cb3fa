import type { PlainCaller } from '../../common/contracts/agent-channel/state.ts';
import { meshAccess, type Principal } from '../auth/principal.ts';
import type { AgentReports } from './read-reports.ts';

/** A caller without mutual TLS, as the API shows it. `last`: in ISO 8601. */
export type ShownCaller = {
  readonly address: string;
  /** The proxy at this address, `mesh/M/virtualNode/N`; absent if no connected agent has the address. */
  readonly proxy?: string;
  readonly port: number;
  readonly last: string;
};

/** Adds to callers the proxies that have their addresses, if these are in a mesh that the viewer may see. */
export function shownCallers(
  callers: readonly PlainCaller[],
  { proxyAt }: Pick<AgentReports, 'proxyAt'>,
  viewer: Principal,
): readonly ShownCaller[] {
  return callers.map(({ address, port, last }) => {
    const proxy = proxyAt(address);
    const isVisible = proxy?.id !== undefined && meshAccess(viewer, proxy.id) !== 'none';
    return { address, ...(isVisible ? { proxy: proxy.path } : {}), port, last: new Date(last).toISOString() };
  });
}
