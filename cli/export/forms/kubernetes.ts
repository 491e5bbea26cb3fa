import { amendmentsFor } from '../../../common/amendments.ts';
import { title } from '../../../controlplane/mesh/names.ts';
import type { ApiKind } from '../../../controlplane/mesh/resource.ts';
import { ANNOTATIONS } from '../../../kubernetes/conversion/annotations.ts';
import { fromModel, type Naming } from '../../../kubernetes/conversion/from-model.ts';
import { GROUP } from '../../../kubernetes/conversion/objects.ts';
import { toModel } from '../../../kubernetes/conversion/to-model.ts';
import { besides, keyText, type ResourceKey } from '../../resources/key.ts';
import { formatDocuments } from '../../resources/write-documents.ts';
import type { Json } from '../../client/client.ts';
import { EXPORT_MARK, type Exported, type Written } from './form.ts';
import { labelsFor } from './labels.ts';

/** The label that binds a namespace to a mesh, and the one that binds gateway routes to a gateway. */
const MESH_LABEL = 'daybreak/mesh';
const GATEWAY_LABEL = 'daybreak/virtual-gateway';

/** Writes a mesh as manifests of App Mesh's kinds in Kubernetes, all in one namespace that has the name of the mesh. */
export function writeKubernetes(resources: readonly Exported[]): Written {
  const [first] = resources;
  if (first === undefined) return { text: `${EXPORT_MARK}\n`, amended: [] };
  const { mesh, owner } = first.key;
  const meshKey: ResourceKey = { kind: 'mesh', owner, mesh, parent: '', name: mesh };
  const keys = [meshKey, ...resources.map(({ key }) => key).filter(({ kind }) => kind !== 'mesh')];
  const names = labelsFor(keys, {
    scope: ({ kind }) => kind,
    nameOf: ({ name }) => name,
    plain: plainName,
    longest: 60,
  });
  const writer = writerFor(names, first);
  const namespace = names.get(keyText(meshKey)) ?? '';
  const whole = resources.find(({ key }) => key.kind === 'mesh');
  const objects: readonly Json[] = [
    {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace, labels: { [MESH_LABEL]: namespace } },
    },
    writer.object(
      meshKey,
      {
        ...(whole === undefined ? {} : writer.spec(whole)),
        awsName: mesh,
        ...(owner === undefined ? {} : { meshOwner: owner }),
        namespaceSelector: { matchLabels: { [MESH_LABEL]: namespace } },
      },
      whole === undefined ? [] : [whole],
    ),
    ...resources
      .filter(({ key }) => key.kind !== 'mesh' && key.kind !== 'route')
      .map((each) => {
        const routes =
          each.key.kind === 'virtualRouter'
            ? resources.filter(({ key }) => key.kind === 'route' && key.parent === each.key.name)
            : [];
        const spec = {
          awsName: each.key.name,
          ...writer.spec(each),
          ...(routes.length === 0
            ? {}
            : { routes: routes.map((route) => ({ name: route.key.name, ...writer.spec(route) })) }),
          ...selectorsOf(each.key, namespace, names),
        };
        return writer.object(each.key, spec, [each, ...routes], namespace);
      }),
  ];
  return { text: `${EXPORT_MARK}\n${formatDocuments(objects, 'yaml')}`, amended: writer.amended };
}

function selectorsOf(key: ResourceKey, namespace: string, names: ReadonlyMap<string, string>): Json {
  if (key.kind !== 'virtualGateway') return {};
  return {
    namespaceSelector: { matchLabels: { [MESH_LABEL]: namespace } },
    gatewayRouteSelector: { matchLabels: { [GATEWAY_LABEL]: names.get(keyText(key)) ?? '' } },
  };
}

type ObjectWriter = {
  readonly spec: (resource: Exported) => Json;
  /** Builds an object, with annotations for the resources in `within`. */
  readonly object: (key: ResourceKey, spec: Json, within: readonly Exported[], namespace?: string) => Json;
  readonly amended: ResourceKey[];
};

function writerFor(names: ReadonlyMap<string, string>, { arn, key: any }: Exported): ObjectWriter {
  const prefix = arn.slice(0, arn.indexOf(':mesh/'));
  const namings = new Map<string, string>();
  const naming: Naming = (kind, name) => {
    const apiKind = `${kind.charAt(0).toLowerCase()}${kind.slice(1)}` as ApiKind;
    const object = names.get(keyText(besides(any, apiKind, name)));
    if (object === undefined) return { arn: `${prefix}:mesh/${any.mesh}/${apiKind}/${name}` };
    namings.set(`${kind}\0${object}`, name);
    return { object };
  };
  const shapeOf = ({ kind }: ResourceKey): string => `${title(kind)}Spec`;
  const spec = ({ key, spec: own }: Exported): Json => fromModel(shapeOf(key), own, naming) as Json;
  const amended: ResourceKey[] = [];
  const amendmentsOf = (resource: Exported): readonly unknown[] => {
    const again = toModel(shapeOf(resource.key), spec(resource), [], {
      nameOf: ({ kind, name }) => namings.get(`${kind}\0${name}`) ?? '',
      fault: () => undefined,
    });
    return amendmentsFor(resource.spec, again);
  };
  const object: ObjectWriter['object'] = (key, own, within, namespace) => {
    const routes = within.filter((each) => each.key.kind === 'route');
    const [main] = within.filter((each) => each.key.kind !== 'route');
    const amendments = new Map(within.map((each) => [each, amendmentsOf(each)] as const));
    amended.push(
      ...within
        .filter((each) => (amendments.get(each) ?? []).length > 0 || each.tags.length > 0)
        .map((each) => each.key),
    );
    const annotations = {
      ...annotation(ANNOTATIONS.tags, main?.tags ?? []),
      ...annotation(ANNOTATIONS.amendments, (main && amendments.get(main)) ?? []),
      ...annotation(
        ANNOTATIONS.routeTags,
        byName(routes, ({ tags }) => tags),
      ),
      ...annotation(
        ANNOTATIONS.routeAmendments,
        byName(routes, (each) => amendments.get(each) ?? []),
      ),
    };
    return {
      apiVersion: `${GROUP}/v1beta2`,
      kind: title(key.kind),
      metadata: {
        name: names.get(keyText(key)),
        ...(namespace === undefined ? {} : { namespace }),
        ...(key.kind === 'gatewayRoute'
          ? {
              labels: {
                [GATEWAY_LABEL]: names.get(keyText(besides(key, 'virtualGateway', key.parent))) ?? '',
              },
            }
          : {}),
        ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
      },
      spec: own,
    };
  };
  return { spec, object, amended };
}

function annotation(name: string, value: object): Readonly<Record<string, string>> {
  return Object.keys(value).length === 0 ? {} : { [name]: JSON.stringify(value) };
}

function byName(routes: readonly Exported[], of: (route: Exported) => readonly unknown[]): object {
  return Object.fromEntries(
    routes.filter((each) => of(each).length > 0).map((each) => [each.key.name, of(each)]),
  );
}

const DNS = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

function plainName(name: string): string {
  if (DNS.test(name)) return name;
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '');
  return plain === '' ? 'x' : plain;
}
