import { isObject } from '../../../common/is-object.ts';
import type { ImportProblem, Path, Place } from '../place.ts';
import type { ParsedDocument } from '../reading/parsed.ts';
import { Open, type Left, type Question } from '../source.ts';
import { carried } from './carriers.ts';
import { kindOfType, type TerraformResource } from './resource.ts';

/** The contents of a state, a plan or a configuration. */
export type TerraformJson = {
  readonly resources: readonly TerraformResource[];
  readonly left: readonly Left[];
  readonly problems: readonly ImportProblem[];
  /** The types of other resources. */
  readonly others: readonly string[];
};

/** Returns the answer to a question, or an open value. */
export type Ask = (question: Question) => unknown;

/** Whether a value is output of `terraform show -json`, of a state or a plan. */
export function isShown(value: unknown): boolean {
  return (
    isObject(value) &&
    'format_version' in value &&
    ('values' in value || 'planned_values' in value || 'terraform_version' in value)
  );
}

/** Reads output of `terraform show -json`. For a plan it returns the resources after an apply. */
export function readShown(file: string, document: ParsedDocument, ask: Ask): TerraformJson {
  const value = document.value as Readonly<Record<string, unknown>>;
  const isPlan = 'planned_values' in value;
  const part = isPlan ? 'planned_values' : 'values';
  const changes = isPlan ? changesOf(value['resource_changes']) : [];
  const unknown = new Map(changes.map((change) => [change.address, change.unknown]));
  const resources: TerraformResource[] = [];
  const others: string[] = [];
  const left: Left[] = [];
  const root = isObject(value[part]) ? value[part]['root_module'] : undefined;
  for (const { resource, path } of resourcesIn(root, [part, 'root_module'])) {
    const { address, type, values } = resource;
    const kind = kindOfType(String(type));
    const id = String(address);
    if (kind === undefined || resource['mode'] !== 'managed') {
      const reason = resource['mode'] === 'managed' ? carried(String(type), values) : undefined;
      if (reason === undefined) others.push(String(type));
      else left.push({ place: { file, line: document.lineAt(path), id }, reason });
      continue;
    }
    const open = (inside: Path, why: string): unknown => ask(questionAt(id, inside, why));
    const secret = marked(values, resource['sensitive_values'], [], (at) =>
      open(at, 'the value is sensitive'),
    );
    const attributes = marked(secret, unknownAmongSet(unknown.get(id)), [], (at) =>
      COMPUTED.test(at.join('.')) ? undefined : open(at, 'the value is known only after terraform apply'),
    );
    resources.push({
      address: id,
      kind,
      attributes: attributes as TerraformResource['attributes'],
      place: { file, line: document.lineAt(path), id },
    });
  }
  const gone = changes.filter(
    ({ actions, type }) => actions.join() === 'delete' && kindOfType(type) !== undefined,
  );
  return {
    resources,
    left: [
      ...left,
      ...gone.map(({ address }) => ({
        place: { file, line: document.line, id: address },
        reason: 'the plan takes it away',
      })),
    ],
    problems: [],
    others,
  };
}

/** Paths of values that the provider computes if the configuration has none; the API has no value there. */
const COMPUTED = /\.(?:health_check|weighted_target)\.\d+\.port$/;

/** Creates the question for an open value of a resource, by its address and path. */
export function questionAt(address: string, path: Path, why: string): Question {
  const key = [address, ...path].join('.');
  return { key, why, flags: [`--parameter ${key}=VALUE`] };
}

/** The way to answer all questions of a configuration at once. */
export const SHOWN_INSTEAD = 'what terraform show -json prints, imported instead';

// Other attributes, which the provider computes, are always unknown before an apply, and import does not need these.
function unknownAmongSet(unknown: unknown): unknown {
  if (!isObject(unknown)) return unknown;
  return Object.fromEntries(
    Object.entries(unknown).filter(([name]) =>
      ['name', 'mesh_name', 'virtual_router_name', 'virtual_gateway_name', 'spec', 'tags'].includes(name),
    ),
  );
}

type Change = {
  readonly address: string;
  readonly type: string;
  readonly actions: readonly unknown[];
  readonly unknown: unknown;
};

function changesOf(value: unknown): readonly Change[] {
  return (Array.isArray(value) ? value : []).filter(isObject).map((each) => {
    const change = isObject(each['change']) ? each['change'] : {};
    return {
      address: String(each['address']),
      type: String(each['type']),
      actions: Array.isArray(change['actions']) ? change['actions'] : [],
      unknown: change['after_unknown'],
    };
  });
}

type Listed = { readonly resource: Readonly<Record<string, unknown>>; readonly path: Path };

/** Returns the resources of a module and of those that it calls, each with its path from `path` on. */
export function resourcesIn(module: unknown, path: Path): readonly Listed[] {
  if (!isObject(module)) return [];
  const list = (name: string): readonly unknown[] => {
    const value = module[name];
    return Array.isArray(value) ? value : [];
  };
  return [
    ...list('resources').flatMap((resource, index) =>
      isObject(resource) ? [{ resource, path: [...path, 'resources', index] }] : [],
    ),
    ...list('child_modules').flatMap((child, index) => resourcesIn(child, [...path, 'child_modules', index])),
  ];
}

/** Replaces the parts of a value whose mark is true. Marks have the structure of the value, and may be incomplete. */
export function marked(
  value: unknown,
  marks: unknown,
  path: Path,
  replace: (path: Path) => unknown,
): unknown {
  if (marks === true) return replace(path);
  if (Array.isArray(marks)) {
    const list: readonly unknown[] = Array.isArray(value) ? value : [];
    const length = Math.max(list.length, marks.length);
    return Array.from({ length }, (_, index) => marked(list[index], marks[index], [...path, index], replace));
  }
  if (!isObject(marks) || value instanceof Open) return value;
  if (!isObject(value) && !hasMark(marks)) return value;
  const out: Record<string, unknown> = isObject(value) ? { ...value } : {};
  for (const [name, mark] of Object.entries(marks)) {
    if (hasMark(mark)) out[name] = marked(out[name], mark, [...path, name], replace);
  }
  return out;
}

function hasMark(marks: unknown): boolean {
  if (marks === true) return true;
  return typeof marks === 'object' && marks !== null && Object.values(marks).some(hasMark);
}

/** Returns the place of a whole document. */
export function wholePlace(file: string, { line }: ParsedDocument): Place {
  return { file, line, id: '' };
}
