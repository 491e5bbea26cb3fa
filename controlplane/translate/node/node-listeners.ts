import type { VirtualNodeView } from '../../mesh/proxy-view.ts';
import type { Resource } from '../../../xds/types.ts';
import type { Found } from '../external-inputs.ts';
import { createMemo } from '../memo.ts';
import { unreported, type Report } from '../problems.ts';
import { egressListener } from './egress-listener.ts';
import type { Frame } from './frame.ts';
import { portAddresses } from './port-addresses.ts';

/** Both listeners of a virtual node; the very same list as long as its frame, and the addresses of names, are the same. */
export function nodeListeners(
  view: VirtualNodeView,
  frame: Frame,
  found: Found,
  report: Report,
): readonly Resource[] {
  const { outbound, accessLog, inboundListeners } = frame;
  const addresses = portAddresses(outbound, found, report);
  return lists(frame, JSON.stringify([...addresses]), unreported, () => {
    const key = JSON.stringify([view.name, outbound, [...addresses]]);
    const made = outboundListeners(view.spec, key, unreported, () =>
      egressListener(outbound, accessLog, addresses),
    );
    return [...inboundListeners, made];
  });
}

const lists = createMemo<readonly Resource[]>();

/** Kept from one frame to the next: most changes of a frame are none of this listener. */
const outboundListeners = createMemo<Resource>();
