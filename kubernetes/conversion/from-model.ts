import { shapeNamed } from '../../controlplane/model/api-model.ts';
import { CRD_MEMBERS } from './members.ts';
import type { CrdKind } from './objects.ts';
import { isObject } from '../../common/is-object.ts';

/** How a specification names another object: by its name in Kubernetes or, if the object is not part of the conversion, by its ARN. */
export type Naming = (kind: CrdKind, name: string) => { readonly object: string } | { readonly arn: string };

/** Members without a counterpart in App Mesh's custom resources: structure of the API's model, member. */
const NO_PLACE = new Set(['DnsServiceDiscovery.ipPreference', 'AwsCloudMapServiceDiscovery.ipPreference']);

/** The preferences that the controller accepts in a mesh. */
const IP_PREFERENCES: ReadonlySet<unknown> = new Set(['IPv4_ONLY', 'IPv6_ONLY']);

/** The inverse: the members of the API that CRD_MEMBERS leads to. */
const RENAMED = new Map(
  Object.entries(CRD_MEMBERS).flatMap(([name, rule]) => (rule.rule === 'renamed' ? [[rule.to, name]] : [])),
);
const REFERENCES = new Map(
  Object.entries(CRD_MEMBERS).flatMap(([name, rule]) =>
    rule.rule === 'reference' ? rule.to.map((member) => [member, { name, kind: rule.kind }] as const) : [],
  ),
);

/** Converts a specification of the API to the members of App Mesh's kinds in Kubernetes, along a shape of the model. */
export function fromModel(shapeName: string, value: unknown, naming: Naming): unknown {
  const shape = shapeNamed(shapeName);
  if (shape.type === 'list' && Array.isArray(value)) {
    return value.map((each: unknown) => fromModel(shape.member?.shape ?? '', each, naming));
  }
  if (shape.type !== 'structure' || !isObject(value)) return value;
  const members = Object.entries(value).flatMap(([member, part]): readonly (readonly [string, unknown])[] => {
    const target = shape.members?.[member]?.shape;
    const place = `${shapeName}.${member}`;
    if (target === undefined || NO_PLACE.has(place)) return [];
    // Values that the controller refuses have no counterpart.
    if (place === 'MeshServiceDiscovery.ipPreference' && !IP_PREFERENCES.has(part)) return [];
    const reference = shapeNamed(target).type === 'string' ? REFERENCES.get(member) : undefined;
    if (reference !== undefined && typeof part === 'string') return [named(reference, part, naming)];
    return [[renamed(shapeName, member), fromModel(target, part, naming)]];
  });
  return Object.fromEntries(members);
}

// Only the preference of a mesh has another name; that of a virtual node has the name of the API.
function renamed(shapeName: string, member: string): string {
  if (member === 'serviceDiscovery' && shapeName !== 'MeshSpec') return member;
  return RENAMED.get(member) ?? member;
}

function named(
  { name, kind }: { readonly name: string; readonly kind: CrdKind },
  text: string,
  naming: Naming,
): readonly [string, unknown] {
  const found = naming(kind, text);
  return 'arn' in found ? [name.replace(/Ref$/, 'ARN'), found.arn] : [name, { name: found.object }];
}
