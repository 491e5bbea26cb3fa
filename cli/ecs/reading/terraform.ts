import { isObject } from '../../../common/is-object.ts';
import type { ParsedDocument } from '../../import/reading/parsed.ts';
import type { Path } from '../../import/place.ts';
import { resourcesIn } from '../../import/terraform/json.ts';
import { Open } from '../../import/source.ts';
import { isRawState, listedIn, whyNot } from '../../import/terraform/raw-state.ts';
import type { Given, Read } from './given.ts';

/** Terraform's type of task definitions. */
export const TYPE = 'aws_ecs_task_definition';

/** Attributes with another name in RegisterTaskDefinition. */
const NAMES: Readonly<Record<string, string>> = {
  volume: 'volumes',
  inference_accelerator: 'inferenceAccelerators',
  configure_at_launch: 'configuredAtLaunch',
};
/** Attributes that hold a list there; Terraform writes each other block as a list of one. */
const LISTS = new Set([
  'volume',
  'placement_constraints',
  'inference_accelerator',
  'requires_compatibilities',
]);
/** Attributes with names of the operator. */
const MAPS = new Set(['driver_opts', 'labels']);
/** Attributes of Terraform alone, and those that the provider computes. */
const PASSED_OVER = new Set(
  `arn arn_without_revision id region revision skip_destroy tags_all track_latest`.split(' '),
);

/**
 * Returns the task definitions in output of `terraform show -json`, of a state or a plan, or in a state file of version 4. Their names
 * are Terraform's addresses.
 */
export function terraformDefinitions(file: string, document: ParsedDocument): Read {
  const { value } = document;
  const why = isRawState(value) && isObject(value) ? whyNot(value) : undefined;
  if (why !== undefined)
    return { given: [], problems: [{ place: { file, line: document.line, id: '' }, message: why }] };
  const given: Given[] = [];
  const problems: Read['problems'][number][] = [];
  for (const { name, values, path } of isRawState(value) ? inState(value) : inShown(value)) {
    const place = { file, line: document.lineAt(path), id: name };
    const text = values['container_definitions'];
    const containers = typeof text === 'string' ? containersIn(text) : undefined;
    if (containers !== undefined) given.push({ name, place, definition: definitionOf(values, containers) });
    else problems.push({ place, message: typeof text === 'string' ? NO_LIST : UNKNOWN });
  }
  return { given, problems };
}

type Values = {
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
  readonly path: Path;
};

function inShown(value: unknown): readonly Values[] {
  const part = isObject(value) && isObject(value['planned_values']) ? 'planned_values' : 'values';
  const values = isObject(value) ? value[part] : undefined;
  const root = isObject(values) ? values['root_module'] : undefined;
  return resourcesIn(root, [part, 'root_module']).flatMap(({ resource, path }) =>
    isDefinition(resource) && isObject(resource['values'])
      ? [{ name: String(resource['address']), values: resource['values'], path }]
      : [],
  );
}

function inState(value: unknown): readonly Values[] {
  const listed = isObject(value) ? listedIn(value) : [];
  return listed
    .filter(({ resource }) => isDefinition(resource))
    .flatMap(({ instances }) => instances)
    .flatMap(({ address, instance, path }) =>
      isObject(instance['attributes']) ? [{ name: address, values: instance['attributes'], path }] : [],
    );
}

function isDefinition({ type, mode }: Readonly<Record<string, unknown>>): boolean {
  return type === TYPE && mode === 'managed';
}

const UNKNOWN =
  'its container_definitions are known only after terraform apply: take the output of `terraform show -json` after it';

/** The problem of containers that are no JSON list. */
export const NO_LIST =
  'its container_definitions have to be a JSON list of containers, as jsonencode([…]) writes it';

/** Returns the containers in the text of `container_definitions`; undefined if it is no JSON list. */
export function containersIn(text: string): readonly Readonly<Record<string, unknown>>[] | undefined {
  try {
    // A condition of the configuration may leave a null, in place of a container or of a member.
    const list: unknown = JSON.parse(text, (_name, value: unknown) => value ?? undefined);
    return Array.isArray(list) ? list.filter(isObject) : undefined;
  } catch {
    return undefined;
  }
}

/** Returns the definition of attributes in Terraform's spelling. */
export function definitionOf(
  values: Readonly<Record<string, unknown>>,
  containerDefinitions: unknown,
): Given['definition'] {
  const { container_definitions: _, proxy_configuration: proxies, tags, ...others } = values;
  const [proxy] = Array.isArray(proxies) ? proxies.filter(isObject) : [];
  const properties = isObject(proxy?.['properties']) ? Object.entries(proxy['properties']) : [];
  const kept = Object.fromEntries(Object.entries(others).filter(([name]) => !PASSED_OVER.has(name)));
  const list = isObject(tags) ? Object.entries(tags).map(([key, value]) => ({ key, value })) : [];
  return {
    ...(members(kept) as object),
    containerDefinitions,
    ...(proxy === undefined
      ? {}
      : {
          proxyConfiguration: {
            type: proxy['type'] ?? 'APPMESH',
            containerName: proxy['container_name'],
            properties: properties.map(([name, value]) => ({ name, value: String(value) })),
          },
        }),
    ...(list.length === 0 ? {} : { tags: list }),
  };
}

/** Spells attributes as the API does, without those that are not set: null, an empty text, list or map. */
function members(value: unknown): unknown {
  if (!isObject(value) || value instanceof Open) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, part]): [string, unknown][] => {
      if (isUnset(part)) return [];
      if (name === 'host_path') return [['host', { sourcePath: part }]];
      if (name === 'size_in_gib') return [['sizeInGiB', part]];
      const spelt = NAMES[name] ?? name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
      if (MAPS.has(name) || !Array.isArray(part)) return [[spelt, part]];
      return [[spelt, LISTS.has(name) ? part.map(members) : members(part[0])]];
    }),
  );
}

function isUnset(value: unknown): boolean {
  if (value instanceof Open) return false;
  if (value === null || value === undefined || value === '' || value === false || value === 0) return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
