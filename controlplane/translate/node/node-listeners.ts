import type { VirtualNodeView } from '../../mesh/proxy-view.ts';
import type { Resource } from '../../../xds/types.ts';
import { metricSource } from '../envoy/metric-extension/metric-source.ts';
import type { ExternalInputs } from '../external-inputs.ts';
import { createMemo } from '../memo.ts';
import type { Options } from '../options.ts';
import { unreported, type Report } from '../problems.ts';
import { egressListener } from './egress-listener.ts';
import { loopbackListener } from './loopback-egress.ts';
import type { StaticPart } from './static-part.ts';
import { portAddresses } from './port-addresses.ts';

/** Returns all listeners of a virtual node; the list stays identical while the static part and the addresses of names do. */
export function nodeListeners(
  view: VirtualNodeView,
  staticPart: StaticPart,
  options: Options,
  inputs: ExternalInputs,
  report: Report,
): readonly Resource[] {
  const { outbound, accessLog, inboundListeners } = staticPart;
  if (outbound.form === 'loopback') {
    const source = metricSource(view, options);
    return lists(staticPart, '', unreported, () => [
      ...inboundListeners,
      ...outbound.backends.map((backend) => loopbackListener(backend, accessLog, source, options)),
    ]);
  }
  const addresses = portAddresses(outbound, inputs, report);
  return lists(staticPart, JSON.stringify([...addresses]), unreported, () => {
    const key = JSON.stringify([view.name, outbound, [...addresses]]);
    const made = outboundListeners(view.spec, key, unreported, () =>
      egressListener(outbound, accessLog, addresses),
    );
    return [...inboundListeners, made];
  });
}

const lists = createMemo<readonly Resource[]>();

/** Kept across static parts: most of their changes do not affect this listener. */
const outboundListeners = createMemo<Resource>();
