import { withMesh } from '../../../kubernetes/conversion/beta.ts';
import { convertObjects } from '../../../kubernetes/conversion/convert.ts';
import type { Converted, Remark } from '../../../kubernetes/conversion/converted.ts';
import type { Membership } from '../../../kubernetes/conversion/membership.ts';
import { isOfAppMesh } from '../../../kubernetes/conversion/objects.ts';
import { isObject } from '../../../common/is-object.ts';
import { describePath } from '../place.ts';
import type { Found, Gathered, ImportContext, Left, Source } from '../source.ts';
import { EXPORT_MARK } from '../../export/forms/form.ts';
import { isKubernetes, objectsIn, type PlacedObject } from './objects.ts';
import { createVariables, type Variables } from './variables.ts';

/**
 * Manifests of App Mesh's kinds in Kubernetes, from Git or from `kubectl get -o yaml`: `appmesh.k8s.aws/v1beta2`, and v1beta1 of
 * the previous controller. The Namespace objects in the files determine the mesh of each object. Other objects are skipped.
 */
export const kubernetesSource: Source = {
  name: 'kubernetes',
  claims: ({ documents }) => documents.some(({ value }) => isKubernetes(value)),
  gather: (files, context) => {
    const literal = new Set(files.filter(({ text }) => text.startsWith(EXPORT_MARK)).map(({ file }) => file));
    const variables = createVariables(context.answers, (file) => literal.has(file));
    const { objects, problems } = objectsIn(files, variables, literal);
    const { resources, faults, notes } = convertObjects(objects);
    const { own, others } = byOwner(resources, context);
    const passedOver = Map.groupBy(
      objects.filter(
        (object) => !isOfAppMesh(object) && object.kind !== 'Namespace' && !isOfProvider(object),
      ),
      ({ apiVersion, kind }) => `${apiVersion} ${kind}`,
    );
    return Promise.resolve({
      resources: own.map((each) => foundFrom(each, variables, context)),
      left: [
        ...others,
        ...[...groupsIn(objects), ...canariesIn(objects), ...othersIn(objects), ...notes].map((each) => ({
          ...placed(each),
          reason: each.message.replaceAll(UNKNOWN_NAMESPACE, 'NAMESPACE'),
        })),
      ],
      problems: [
        ...problems,
        ...faults.map((each) => ({
          ...placed(each),
          message: `${describePath(each.path)}: ${each.message}`,
        })),
      ],
      passedOver: new Map([...passedOver].map(([type, { length }]) => [type, length])),
    } satisfies Gathered);
  },
};

/** Stands for the namespace of manifests that name none, as long as its question has no answer. */
const UNKNOWN_NAMESPACE = '${namespace}';

function placed({ object, path }: Pick<Remark, 'object' | 'path'>): Pick<Left, 'place'> {
  const { place, lineAt } = object as PlacedObject;
  return { place: { ...place, line: lineAt(path) } };
}

function groupsIn(objects: readonly PlacedObject[]): readonly Remark[] {
  const groups = objects.filter((object) => isOfAppMesh(object) && object.kind === 'BackendGroup');
  return groups.map((object) => ({ object, path: [], message: GROUP_NOTE }));
}

/** Canaries of Flagger, unless they name another mesh: Flagger makes virtual nodes, routers and services of them. */
function canariesIn(objects: readonly PlacedObject[]): readonly Remark[] {
  return objects
    .filter(({ apiVersion, kind }) => kind === 'Canary' && apiVersion.startsWith('flagger.app/'))
    .filter(({ spec }) => {
      const provider = isObject(spec) ? spec['provider'] : undefined;
      return typeof provider !== 'string' || provider.startsWith('appmesh');
    })
    .map((object) => ({ object, path: [], message: CANARY_NOTE }));
}

/** Resources of App Mesh in the kinds of another controller, and kustomizations, which change resources in other files. */
function othersIn(objects: readonly PlacedObject[]): readonly Remark[] {
  const isChanged = objects.some(isOfAppMesh);
  return objects.flatMap((object): readonly Remark[] => {
    if (isOfProvider(object)) return [{ object, path: [], message: PROVIDER_NOTE }];
    const isKustomization =
      object.kind === 'Kustomization' && object.apiVersion.startsWith('kustomize.config.');
    return isKustomization && isChanged ? [{ object, path: [], message: KUSTOMIZE_NOTE }] : [];
  });
}

function isOfProvider({ apiVersion }: PlacedObject): boolean {
  return apiVersion.startsWith('appmesh.aws.');
}

const PROVIDER_NOTE =
  'a resource of App Mesh for a provider of Crossplane, which import does not read: import saved answers of aws appmesh, or write documents';
const KUSTOMIZE_NOTE =
  'import does not apply the changes of a kustomization, such as patches and prefixes: import what kustomize build prints';
const CANARY_NOTE =
  'Flagger makes App Mesh resources of a Canary in the cluster: import what kubectl get virtualnodes,virtualrouters,virtualservices,gatewayroutes -A -o yaml prints, too';
const GROUP_NOTE = 'a backend group is written out in the virtual nodes that name it';

// Only its owner can create a shared mesh.
function byOwner(
  resources: readonly Converted[],
  { account }: ImportContext,
): { readonly own: readonly Converted[]; readonly others: readonly Left[] } {
  const isOthers = ({ kind, members }: Converted): boolean =>
    kind === 'mesh' && members['meshOwner'] !== undefined && members['meshOwner'] !== account;
  return {
    own: resources.filter((each) => !isOthers(each)),
    others: resources.filter(isOthers).map(({ object, members, at }) => ({
      ...placed({ object, path: at }),
      reason: `the mesh is that of account ${String(members['meshOwner'])}, which alone can make it: --account ${String(members['meshOwner'])} takes it`,
    })),
  };
}

function foundFrom(resource: Converted, variables: Variables, { mesh: told }: ImportContext): Found {
  const { kind, object, at, mesh, gateway } = resource;
  const { place, lineAt } = object as PlacedObject;
  const { name, namespace } = object;
  const known = { ...resource.members };
  if (kind === 'mesh') delete known['meshOwner'];
  else if (known['meshName'] === undefined && told === undefined) {
    known['meshName'] = variables.ask({
      key: `mesh/${namespace}`,
      why: `the files do not say which mesh namespace ${namespace} belongs to${candidates(mesh)}`,
      flags: [`--parameter mesh/${namespace}=MESH`, '--mesh MESH'],
    });
  }
  if (gateway?.state === 'unknown') {
    known['virtualGatewayName'] = variables.ask({
      key: `virtualGateway/${namespace}/${name}`,
      why: `the files do not say which virtual gateway GatewayRoute ${namespace}/${name} belongs to${candidates(gateway)}`,
      flags: [`--parameter virtualGateway/${namespace}/${name}=VIRTUALGATEWAY`],
    });
  }
  return {
    kind,
    members: variables.open(withMesh(known, known['meshName'] ?? told), place.file) as Found['members'],
    place: { ...place, line: lineAt(at.length > 1 ? at : []) },
    lineAt: ([member, ...path]) => (member === 'spec' ? lineAt([...at, ...path]) : place.line),
  };
}

function candidates(membership: Membership | undefined): string {
  if (membership?.state !== 'unknown' || membership.candidates.length === 0) return '';
  return ` (${membership.candidates.map(({ name }) => name).join(', ')} may be it: its labels are not there)`;
}
