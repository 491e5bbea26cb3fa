import { compareText } from '../../common/compare-text.ts';
import {
  LOOPBACK_BACKEND,
  readLoopbackBackend,
  type LoopbackBackend,
} from '../../common/contracts/loopback-backend.ts';
import * as names from '../translate/names.ts';
import type { AskedRequest } from './asked-request.ts';
import type { Served } from './served.ts';

/** The listener at which a call of the application arrives, and its port there. */
export type Entry = { readonly listener: string; readonly port: number };

/** Returns the backends that the application calls at ports of loopback, sorted by name and port. */
export function loopbackBackends(served: Pick<Served, 'listeners'>): readonly LoopbackBackend[] {
  return [...served.listeners.values()]
    .flatMap(({ metadata }) => readLoopbackBackend(metadata?.filterMetadata[LOOPBACK_BACKEND]) ?? [])
    .toSorted((a, b) => compareText(a.service, b.service) || a.port - b.port);
}

/** Whether a virtual node's host has no redirect rules: its proxy has no listener for redirected calls. */
export function isWithoutRules({ listeners }: Pick<Served, 'listeners'>): boolean {
  return !listeners.has(names.egressListener());
}

/**
 * Returns where a call arrives on a host without redirect rules: at the loopback port that the call names, or at the loopback port of the
 * virtual service that it names. Undefined if the call does not pass the proxy.
 */
export function loopbackEntry(
  served: Pick<Served, 'listeners'>,
  { serverName, port }: Pick<AskedRequest, 'serverName' | 'port'>,
): Entry | undefined {
  const isLoopback = serverName === names.LOOPBACK || serverName === 'localhost';
  const found = loopbackBackends(served).find((each) =>
    isLoopback
      ? each.address === `${names.LOOPBACK}:${port}`
      : each.service.toLowerCase() === serverName.toLowerCase() && each.port === port,
  );
  if (found === undefined) return undefined;
  const at = Number(found.address.split(':').at(-1));
  return { listener: names.loopbackListener(at), port: at };
}
