import type { ProxyView } from '../../../mesh/proxy-view.ts';
import type { Options } from '../../options.ts';

/** The proxy that App Mesh's metrics are about: its mesh and resource, as dimensions. */
export type MetricSource = {
  readonly mesh: string;
  readonly resource: 'VirtualNode' | 'VirtualGateway';
  readonly name: string;
};

/** Returns the source of a proxy's metrics; undefined if the proxy does not report the metrics extension. */
export function metricSource(
  { kind, mesh, name }: Pick<ProxyView, 'kind' | 'mesh' | 'name'>,
  { metricExtension }: Options,
): MetricSource | undefined {
  if (!metricExtension) return undefined;
  return { mesh: mesh.name, resource: kind === 'virtualNode' ? 'VirtualNode' : 'VirtualGateway', name };
}
