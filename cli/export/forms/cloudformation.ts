import { Scalar, stringify } from 'yaml';
import { title } from '../../../controlplane/mesh/names.ts';
import { nameProperty } from '../../import/cloudformation/app-mesh.ts';
import { keyText, parentKeys, type ResourceKey } from '../../resources/key.ts';
import { referencesOf } from '../../resources/references.ts';
import { EXPORT_MARK, type Exported, type Written } from './form.ts';
import { labelsFor } from './labels.ts';

/** Members that CloudFormation spells in capitals if they are the whole name. */
const CAPITALS: Readonly<Record<string, string>> = {
  acm: 'ACM',
  awsCloudMap: 'AWSCloudMap',
  dns: 'DNS',
  grpc: 'GRPC',
  http: 'HTTP',
  http2: 'HTTP2',
  sds: 'SDS',
  tcp: 'TCP',
  tls: 'TLS',
};

/**
 * Writes a mesh as a CloudFormation template in YAML. References to other resources use `!GetAtt`, so that CloudFormation
 * creates those first. Backends are plain names, because two nodes may call each other.
 */
export function writeCloudFormation(resources: readonly Exported[]): Written {
  const labels = labelsFor(
    resources.map(({ key }) => key),
    { scope: () => '', nameOf, plain: (name) => name.replaceAll(/[^A-Za-z0-9]/g, ''), longest: 200 },
  );
  const entries = resources.map((resource) => [
    logicalId(labels, resource.key),
    resourceOf(labels, resource),
  ]);
  const template = {
    AWSTemplateFormatVersion: '2010-09-09',
    Resources: Object.fromEntries(entries) as unknown,
  };
  return { text: `${EXPORT_MARK}\n${stringify(template, YAML)}`, amended: [] };
}

const YAML = { lineWidth: 0, compat: 'yaml-1.1', aliasDuplicateObjects: false } as const;

type Labels = ReadonlyMap<string, string>;

// E.g. `VirtualNodeCartV2` for a virtual node cart-v2, `RouteCartAll` for a route.
function nameOf({ kind, parent, name }: ResourceKey): string {
  const words = [title(kind), ...`${parent} ${name}`.split(/[^A-Za-z0-9]+/)];
  return words.map((word) => capital(word)).join('');
}

function logicalId(labels: Labels, key: ResourceKey): string {
  return (labels.get(keyText(key)) ?? '').replaceAll('-', '');
}

function resourceOf(labels: Labels, { key, spec, tags }: Exported): unknown {
  const { kind, owner, name } = key;
  const parents = parentKeys(key).map((each) => [nameProperty(each.kind), refer(labels, each)]);
  const properties = {
    ...(Object.fromEntries(parents) as Record<string, unknown>),
    ...(owner === undefined ? {} : { MeshOwner: owner }),
    [nameProperty(kind)]: name,
    Spec: spelled(spec, references(labels, { key, spec }), ['spec']),
    ...(tags.length === 0 ? {} : { Tags: spelled(tags, new Map(), []) }),
  };
  return { Type: `AWS::AppMesh::${title(kind)}`, Properties: properties };
}

/** The references in a specification, by path. */
type References = ReadonlyMap<string, unknown>;

function references(labels: Labels, { key, spec }: Pick<Exported, 'key' | 'spec'>): References {
  return new Map(referencesOf({ key, spec }).map(({ path, key: other }) => [path, refer(labels, other)]));
}

// The plain name, if the resource is not in the template.
function refer(labels: Labels, key: ResourceKey): unknown {
  if (!labels.has(keyText(key))) return key.name;
  const reference = new Scalar(`${logicalId(labels, key)}.${nameProperty(key.kind)}`);
  reference.tag = '!GetAtt';
  return reference;
}

function spelled(value: unknown, named: References, path: readonly string[]): unknown {
  const reference = named.get(path.join('.'));
  if (reference !== undefined) return reference;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => spelled(item, named, [...path, `${index + 1}`, 'member']));
  }
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, part]) => [
    CAPITALS[name] ?? capital(name),
    spelled(part, named, [...path, name]),
  ]);
  return Object.fromEntries(members) as unknown;
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
