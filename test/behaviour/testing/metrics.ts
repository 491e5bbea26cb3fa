import type { EnvoyAdmin } from '../../lab/clients/envoy-admin.ts';

/** Metrics of an Envoy by App Mesh's name and labels, `NAME{LABEL=VALUE,…}`, and the type of each name. */
export type Metrics = {
  readonly values: Readonly<Record<string, number>>;
  readonly types: Readonly<Record<string, string>>;
};

/** The order of labels in the keys: further ones come first, by name. */
const LABELS = ['Mesh', 'VirtualNode', 'VirtualGateway', 'TargetVirtualService', 'TargetVirtualNode'];

/** Reads the metrics whose names begin with `envoy_appmesh_` from an Envoy's Prometheus text, without the prefix. */
export async function metricsOf(admin: EnvoyAdmin): Promise<Metrics> {
  const { body } = await admin.ask('/stats/prometheus');
  const values = [...body.matchAll(/^envoy_appmesh_(\w+)\{(.*)\} (\S+)$/gm)].map(
    ([, name = '', labels = '', value = '']) => [`${name}{${sorted(labels)}}`, Number(value)] as const,
  );
  const types = [...body.matchAll(/^# TYPE envoy_appmesh_(\w+) (\w+)$/gm)].map(
    ([, name = '', type = '']) => [name, type] as const,
  );
  return { values: Object.fromEntries(values), types: Object.fromEntries(types) };
}

function sorted(labels: string): string {
  const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', value = '']) => ({
    label,
    value,
  }));
  const rank = (label: string): string => `${LABELS.indexOf(label) + 1}${label}`;
  return pairs
    .toSorted((a, b) => (rank(a.label) < rank(b.label) ? -1 : 1))
    .map(({ label, value }) => `${label}=${value}`)
    .join(',');
}
