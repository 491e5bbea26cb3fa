import type { Log } from '../../../common/log.ts';
import { NO_EXTERNAL_INPUTS } from '../../translate/external-inputs.ts';
import { openDiscovery, type Discovery } from '../discovery.ts';

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

/** The same, which answers at once that nothing is known, so that no configuration waits for an answer. */
export const NOTHING_TO_DISCOVER: Discovery = {
  ask: () => ({ found: NO_EXTERNAL_INPUTS, end: () => false }),
  peek: NO_EXTERNAL_INPUTS,
  onChange: () => () => undefined,
  troublesOf: () => [],
  ages: () => new Map(),
  ends: () => new Map(),
  close: async () => undefined,
};
