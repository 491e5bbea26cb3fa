import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Cluster } from './cluster/cluster.ts';

/** App Mesh's kinds, in the order of the controller's status conditions. */
const KINDS = [
  'meshes',
  'virtualnodes',
  'virtualservices',
  'virtualrouters',
  'virtualgateways',
  'gatewayroutes',
];

type Condition = { readonly type: string; readonly status: string };
type Resource = {
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly status?: { readonly conditions?: readonly Condition[] };
};

/** Returns the manifest of a walkthrough, with its variables replaced as its deploy.sh does. */
export async function manifestOf(
  folder: string,
  variables: Readonly<Record<string, string>>,
): Promise<string> {
  const text = await readFile(join(folder, 'v1beta2/manifest.yaml.template'), 'utf8');
  return text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => variables[name] ?? whole);
}

/** Returns the number of App Mesh's resources in the cluster, and the names of those that are not Active. */
export async function activity(
  cluster: Cluster,
): Promise<{ readonly all: number; readonly inactive: readonly string[] }> {
  const { items } = await cluster.get<{ readonly items: readonly Resource[] }>(
    KINDS.join(),
    '--all-namespaces',
  );
  const isActive = ({ status }: Resource): boolean =>
    (status?.conditions ?? []).some(({ type, status: value }) => type.endsWith('Active') && value === 'True');
  const inactive = items
    .filter((each) => !isActive(each))
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  return { all: items.length, inactive };
}
