import { pino } from 'pino';
import type { Log } from '../../../common/log.ts';
import { makeSnapshot } from '../../../xds/testing/resources.ts';
import { CLUSTER, LISTENER, ROUTES } from '../../../xds/types.ts';
import type { NodeIdentity } from '../../relay/envoy-node.ts';
import type { KeptConfig } from '../keepers.ts';
import { bindingOf } from '../node-binding.ts';
import type { ResourcesByType, StoredConfig } from '../state-format.ts';

/** Returns a node of the mesh `apps`. */
export function nodeOf(id: string, daybreak: Readonly<Record<string, unknown>> = {}): NodeIdentity {
  const features = { instance: 'i', version: '1', sds: false, ipv6: false, ecds: true, ...daybreak };
  return { id, cluster: id, metadata: { daybreak: features } };
}

export const NODE = nodeOf('mesh/apps/virtualNode/b');

/** Returns resources by type, from contents. */
export function resourcesOf(
  types: Readonly<Record<string, Readonly<Record<string, string>>>>,
): ResourcesByType {
  return new Map(Array.from(makeSnapshot(types), ([typeUrl, { resources }]) => [typeUrl, resources]));
}

/** Returns a complete configuration, whose cluster `c` has the given content. */
export function typesWith(content = '1'): ResourcesByType {
  return resourcesOf({
    [CLUSTER]: { c: content },
    [LISTENER]: { l: '1' },
    [ROUTES]: { r: '1', s: 'long '.repeat(40) },
  });
}

export function storedConfig(some: Partial<StoredConfig> = {}): StoredConfig {
  return {
    binding: bindingOf(NODE),
    liveAt: new Date('2026-11-29T12:00:00Z'),
    types: typesWith(),
    withoutKeys: ['certificate:a'],
    addresses: new Map([['db.local', ['10.0.0.1', 'fd00::1']]]),
    ...some,
  };
}

export function keptConfig(some: Partial<KeptConfig> = {}): KeptConfig {
  return {
    types: typesWith(),
    withoutKeys: [],
    isWhole: true,
    isLive: true,
    liveAt: new Date(),
    addresses: new Map(),
    ...some,
  };
}

/** Returns a log whose lines from `warn` on are kept. */
export function capturedLog(): { readonly log: Log; readonly warnings: readonly string[] } {
  const warnings: string[] = [];
  const log = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
  return { log, warnings };
}
