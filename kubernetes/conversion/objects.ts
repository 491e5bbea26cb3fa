import type { ApiKind } from '../../controlplane/mesh/resource.ts';

/** The group of App Mesh's kinds in Kubernetes. */
export const GROUP = 'appmesh.k8s.aws';

/** The label by which Kubernetes itself names each namespace. */
const NAME_LABEL = 'kubernetes.io/metadata.name';

/** An object of Kubernetes, with the members that the conversion needs. */
export type KubernetesObject = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** `''` for kinds without a namespace. */
  readonly namespace: string;
  readonly labels: Labels;
  readonly annotations: Readonly<Record<string, string>>;
  /** The unconverted specification. */
  readonly spec: unknown;
};

export type Labels = Readonly<Record<string, string>>;

/** The kinds of App Mesh in Kubernetes, with the kinds of the API. The API has no kind for a backend group. */
export const CRD_KINDS = {
  Mesh: 'mesh',
  VirtualNode: 'virtualNode',
  VirtualService: 'virtualService',
  VirtualRouter: 'virtualRouter',
  VirtualGateway: 'virtualGateway',
  GatewayRoute: 'gatewayRoute',
  BackendGroup: undefined,
} as const satisfies Readonly<Record<string, ApiKind | undefined>>;

export type CrdKind = keyof typeof CRD_KINDS;

/** Whether an object belongs to App Mesh's group. */
export function isOfAppMesh({ apiVersion }: Pick<KubernetesObject, 'apiVersion'>): boolean {
  return apiVersion.startsWith(`${GROUP}/`);
}

/** The objects of a cluster that the conversion reads. */
export type Cluster = {
  /** The objects of a kind. Of several descriptions with the same name and namespace, the last one counts. */
  readonly all: (kind: CrdKind) => readonly KubernetesObject[];
  readonly find: (kind: CrdKind, namespace: string, name: string) => KubernetesObject | undefined;
  /**
   * The labels of a namespace. `whole` is false if the object of the namespace is missing, because then the namespace may have further
   * labels.
   */
  readonly namespaceLabels: (namespace: string) => { readonly labels: Labels; readonly whole: boolean };
};

/** Creates the cluster from the objects of version v1beta2 and the namespaces. */
export function clusterOf(objects: readonly KubernetesObject[]): Cluster {
  const byName = new Map(
    objects
      .filter(({ apiVersion }) => apiVersion === `${GROUP}/v1beta2`)
      .map((each) => [keyOf(each.kind, each.namespace, each.name), each]),
  );
  const ours = Map.groupBy(byName.values(), ({ kind }) => kind);
  const namespaces = new Map(
    objects
      .filter(({ apiVersion, kind }) => apiVersion === 'v1' && kind === 'Namespace')
      .map((each) => [each.name, each.labels]),
  );
  return {
    all: (kind) => ours.get(kind) ?? [],
    find: (kind, namespace, name) => byName.get(keyOf(kind, kind === 'Mesh' ? '' : namespace, name)),
    namespaceLabels: (namespace) => {
      const labels = namespaces.get(namespace);
      return { labels: { ...labels, [NAME_LABEL]: namespace }, whole: labels !== undefined };
    },
  };
}

function keyOf(kind: string, namespace: string, name: string): string {
  return [kind, namespace, name].join('\0');
}
