import { amended, type Amendment } from '../../../common/amendments.ts';
import { nameMember, title } from '../../../controlplane/mesh/names.ts';
import { APP_MESH_KINDS, type ApiKind } from '../../../controlplane/mesh/resource.ts';
import { isObject } from '../../../common/is-object.ts';
import { spell } from '../names.ts';
import type { Path, Place } from '../place.ts';
import { Open, type Found } from '../source.ts';

/** An App Mesh resource of Terraform. Unknown values are `Open`. */
export type TerraformResource = {
  /** E.g. `module.shop.aws_appmesh_mesh.this["a"]`. */
  readonly address: string;
  readonly kind: ApiKind;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly place: Place;
  readonly lineAt?: (path: Path) => number | undefined;
  /** The members that the provider cannot express, from the local value that export writes. */
  readonly amendments?: readonly Amendment[];
  /** The open value that decides which instances exist. */
  readonly condition?: Open;
};

/** Returns the kind of a type such as `aws_appmesh_virtual_node`; undefined for types of other services. */
export function kindOfType(type: string): ApiKind | undefined {
  return APP_MESH_KINDS.find((kind) => type === typeOf(kind));
}

/** Returns the type of a kind: `aws_appmesh_virtual_node`. */
export function typeOf(kind: ApiKind): string {
  return `aws_appmesh_${kind.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
}

/** Attributes without a member in the API: computed ones, and Terraform's meta-arguments. */
const PASSED_OVER = new Set([
  'arn',
  'count',
  'created_date',
  'depends_on',
  'for_each',
  'id',
  'last_updated_date',
  'lifecycle',
  'provider',
  'region',
  'resource_owner',
  'tags_all',
]);

/** Converts a resource to the input of its create operation, in Terraform's spelling. */
export function foundFrom(resource: TerraformResource): Found {
  const { kind, attributes, place, lineAt, amendments = [], condition } = resource;
  const { name, mesh_owner: meshOwner, resource_owner: resourceOwner } = attributes;
  const tags = tagsOf(attributes);
  const others = Object.entries(attributes).filter(
    ([member]) => !PASSED_OVER.has(member) && !['name', 'mesh_owner', 'tags', 'spec'].includes(member),
  );
  const plain = cleaned(attributes['spec'] ?? [{}]);
  const spec =
    amendments.length === 0
      ? plain
      : amended(spell(`${title(kind)}Spec`, plain, { blocks: true }).value, amendments);
  return {
    kind,
    members: {
      ...Object.fromEntries(others.filter(([, value]) => value !== null && value !== '')),
      ...(name === undefined || name === null ? {} : { [nameMember(kind)]: name }),
      // A mesh has no member for its owner, and documents do not name the caller as the owner.
      ...(kind === 'mesh' || isUnset(meshOwner) || meshOwner === resourceOwner
        ? {}
        : { mesh_owner: meshOwner }),
      spec,
      ...(tags === undefined ? {} : { tags }),
    },
    place,
    ...(lineAt === undefined ? {} : { lineAt }),
    ...(condition === undefined ? {} : { condition }),
    blocks: true,
  };
}

// `tags_all` includes the provider's default tags, which the resource has too.
function tagsOf({ tags_all: all, tags }: Readonly<Record<string, unknown>>): unknown {
  const taken = isUnset(all) || all instanceof Open ? tags : all;
  return isObject(taken) && !(taken instanceof Open) && Object.keys(taken).length === 0
    ? undefined
    : (taken ?? undefined);
}

function isUnset(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

/** Numbers for which 0 is a value. For all others, durations included, the provider treats 0 as not set. */
const KEEP_ZERO = new Set(['weight', 'max_retries', 'start', 'end', 'max_ejection_percent']);

/** Maps, whose texts stay unchanged. */
const MAPS = new Set(['attributes']);

/**
 * Removes the values that the provider writes for unset attributes: `""`, `0`, `[]` and `null`. An existing block stays even if
 * it is empty.
 */
export function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((each: unknown) => (each === null ? {} : cleaned(each)));
  }
  if (!isObject(value) || value instanceof Open) return value;
  const members = Object.entries(value).filter(([name, part]) => !isNothing(name, part));
  return Object.fromEntries(members.map(([name, part]) => [name, MAPS.has(name) ? part : cleaned(part)]));
}

function isNothing(name: string, value: unknown): boolean {
  if (value === 0) return !KEEP_ZERO.has(name);
  if (Array.isArray(value)) return value.length === 0;
  if (MAPS.has(name) && isObject(value) && !(value instanceof Open)) return Object.keys(value).length === 0;
  return value === '' || value === null || value === undefined;
}
