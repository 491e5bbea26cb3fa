import type { Log } from '../../common/log.ts';
import { openDiscovery, type Discovery } from './discovery.ts';

/** Discovery for a mesh in which nothing is to be looked up. */
export function openNoDiscovery(log: Log): Promise<Discovery> {
  return openDiscovery(
    {
      region: 'us-east-1',
      cloudMapInterval: 5000,
      cloudMapCache: undefined,
      certificates: undefined,
      endpoints: { cloudMap: undefined, acm: undefined, privateCa: undefined },
    },
    log,
    { poll: () => undefined },
  );
}
