import { title } from '../../../controlplane/mesh/names.ts';
import type { ApiKind } from '../../../controlplane/mesh/resource.ts';
import { shapeNamed, type Shape } from '../../../controlplane/model/api-model.ts';
import { amendmentsFor, type Amendment } from '../../../common/amendments.ts';
import { cleaned, typeOf } from '../../import/terraform/resource.ts';
import { AMENDMENTS } from '../../import/terraform/amendments.ts';
import { spell } from '../../import/names.ts';
import { besides, keyText, type ResourceKey } from '../../resources/key.ts';
import { EXPORT_MARK, type Exported, type Written } from './form.ts';
import { Expression, formatHcl, type HclItem } from './hcl.ts';
import { labelsFor } from './labels.ts';

/** Members that the AWS provider (5.100) cannot express, as structure of the API model and member. */
const NO_PLACE = new Set([
  'AwsCloudMapServiceDiscovery.ipPreference',
  'HttpGatewayRouteMatch.method',
  'GrpcGatewayRouteMatch.metadata',
  'GrpcGatewayRouteMatch.hostname',
  'GrpcGatewayRouteAction.rewrite',
]);

/** Writes a mesh as a Terraform configuration in HCL for the AWS provider. */
export function writeTerraform(resources: readonly Exported[]): Written {
  const labels = labelsFor(
    resources.map(({ key }) => key),
    {
      scope: ({ kind }) => kind,
      nameOf: ({ parent, name }) => (parent === '' ? name : `${parent}-${name}`),
      plain: (name) => name.replaceAll(/[^\w-]/g, '_').replace(/^(?![A-Za-z_])/, '_'),
      longest: 60,
    },
  );
  const found: { address: string; key: ResourceKey; amendments: readonly Amendment[] }[] = [];
  const blocks = resources.map(({ key, spec, tags }): HclItem => {
    const refer = reference(labels, key);
    const body = bodyOf(`${title(key.kind)}Spec`, spec, key.kind === 'virtualNode' ? () => undefined : refer);
    const label = labels.get(keyText(key)) ?? '';
    const again = spell(
      `Create${title(key.kind)}Input`,
      { spec: cleaned([valueOf(body)]) },
      { blocks: true },
    );
    const amendments = amendmentsFor(spec, (again.value as { readonly spec?: unknown }).spec ?? {});
    if (amendments.length > 0) found.push({ address: `${typeOf(key.kind)}.${label}`, key, amendments });
    return {
      block: 'resource',
      labels: [typeOf(key.kind), label],
      body: [
        ...namesOf(key, refer),
        ...(tags.length === 0
          ? []
          : [{ attribute: 'tags', value: Object.fromEntries(tags.map((tag) => [tag.key, tag.value])) }]),
        { block: 'spec', body },
      ],
    };
  });
  const beside = Object.fromEntries(found.map(({ address, amendments }) => [address, amendments]));
  const locals: readonly HclItem[] = [{ block: 'locals', body: [{ attribute: AMENDMENTS, value: beside }] }];
  return {
    text: `${EXPORT_MARK}\n\n${formatHcl([...blocks, ...(found.length === 0 ? [] : locals)])}`,
    amended: found.map(({ key }) => key),
  };
}

/** Returns an expression for the name of another resource of the same mesh; undefined if the export does not include it. */
type Refer = (kind: ApiKind, name: string, parent?: string) => Expression | undefined;

function reference(labels: ReadonlyMap<string, string>, from: ResourceKey): Refer {
  return (kind, name, parent = '') => {
    const label = labels.get(keyText({ ...besides(from, kind, name), parent }));
    return label === undefined ? undefined : new Expression(`${typeOf(kind)}.${label}.name`, name);
  };
}

function namesOf({ kind, owner, mesh, parent, name }: ResourceKey, refer: Refer): readonly HclItem[] {
  if (kind === 'mesh') return [{ attribute: 'name', value: name }];
  const within = kind === 'route' ? 'virtualRouter' : 'virtualGateway';
  return [
    { attribute: 'name', value: name },
    { attribute: 'mesh_name', value: refer('mesh', mesh) ?? mesh },
    ...(owner === undefined ? [] : [{ attribute: 'mesh_owner', value: owner }]),
    ...(parent === ''
      ? []
      : [{ attribute: `${snake(within)}_name`, value: refer(within, parent) ?? parent }]),
  ];
}

/** The members that refer to a resource that has to exist first. Backends are not among them, because they can be circular. */
const REFERENCES: Readonly<Record<string, ApiKind>> = {
  virtualNode: 'virtualNode',
  virtualNodeName: 'virtualNode',
  virtualRouterName: 'virtualRouter',
  virtualServiceName: 'virtualService',
};

/** The provider requires a value, and does not send it if it is 0. */
const NO_DURATION = { value: 0 };

function bodyOf(shapeName: string, value: unknown, refer: Refer): readonly HclItem[] {
  const shape = shapeNamed(shapeName);
  const members = { ...(shapeName === 'Duration' ? NO_DURATION : {}), ...(value as object) };
  return Object.entries(members).flatMap(([member, part]): readonly HclItem[] => {
    const target = shape.members?.[member]?.shape;
    if (target === undefined || NO_PLACE.has(`${shapeName}.${member}`)) return [];
    return itemsOf(member, target, part, refer);
  });
}

function itemsOf(member: string, shapeName: string, part: unknown, refer: Refer): readonly HclItem[] {
  const shape = shapeNamed(shapeName);
  const name = snake(member);
  if (shape.type === 'structure') return [{ block: name, body: bodyOf(shapeName, part, refer) }];
  const element = elementOf(shape);
  if (element === undefined || !Array.isArray(part)) {
    const kind = REFERENCES[member];
    const referred = kind !== undefined && typeof part === 'string' ? refer(kind, part) : undefined;
    return [{ attribute: name, value: referred ?? part }];
  }
  if (element.shape.type !== 'structure') return [{ attribute: name, value: part as readonly unknown[] }];
  if (name === 'attributes') {
    const pairs = part as readonly { readonly key: string; readonly value: string }[];
    return [{ attribute: name, value: Object.fromEntries(pairs.map((pair) => [pair.key, pair.value])) }];
  }
  return part.map((each: unknown) => ({
    block: name.replace(/s$/, ''),
    body: bodyOf(element.name, each, refer),
  }));
}

function elementOf({ type, member }: Shape): { readonly name: string; readonly shape: Shape } | undefined {
  return type === 'list' && member !== undefined
    ? { name: member.shape, shape: shapeNamed(member.shape) }
    : undefined;
}

function snake(member: string): string {
  return member.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

// The body as the HCL parser returns it: blocks are lists, and each expression is the name that it refers to.
function valueOf(body: readonly HclItem[]): unknown {
  const out: Record<string, unknown> = {};
  for (const item of body) {
    if ('attribute' in item)
      out[item.attribute] = item.value instanceof Expression ? item.value.value : item.value;
    else
      out[item.block] = [...((out[item.block] as readonly unknown[] | undefined) ?? []), valueOf(item.body)];
  }
  return out;
}
