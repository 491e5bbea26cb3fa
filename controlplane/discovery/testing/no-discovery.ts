import type { Log } from '../../../common/log.ts';
import { NO_EXTERNAL_INPUTS } from '../../translate/external-inputs.ts';
import { openDiscovery, type Discovery } from '../discovery.ts';

/** Opens discovery for a mesh without external inputs. */
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

/** A discovery that knows no values and never has a pending answer, so that no configuration waits for one. */
export const NOTHING_TO_DISCOVER: Discovery = {
  ask: () => ({ found: NO_EXTERNAL_INPUTS, end: () => false }),
  peek: NO_EXTERNAL_INPUTS,
  onChange: () => () => undefined,
  troublesOf: () => [],
  ages: () => new Map(),
  ends: () => new Map(),
  close: async () => undefined,
};
