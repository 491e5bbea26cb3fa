import { areAmendments } from '../../../../common/amendments.ts';
import { isObject } from '../../../../common/is-object.ts';
import type { ImportProblem } from '../../place.ts';
import { mentionsAppMesh, SYNTAX } from '../../reading/files.ts';
import type { ParsedFile } from '../../reading/parsed.ts';
import { Open, type ImportContext, type Left } from '../../source.ts';
import { AMENDMENTS } from '../amendments.ts';
import { carried } from '../carriers.ts';
import type { Ask, TerraformJson } from '../json.ts';
import { kindOfType, type TerraformResource } from '../resource.ts';
import type { ApiKind } from '../../../../controlplane/mesh/resource.ts';
import { folderOfCall, modulesIn, type Block, type Module, type ResourceBlock } from './modules.ts';
import { parseConfiguration, type ConfigurationFile } from './parse.ts';
import { suffixOf } from './repetition.ts';
import { scopeOf, type Scope, type World } from './scope.ts';
import { expressionsIn } from './syntax.ts';
import { isAutomatic, isValues } from './values-files.ts';

/**
 * Reads configurations without Terraform. It evaluates expressions with Terraform's functions that depend on their arguments alone, locals,
 * variables with a value, references within the files, `count`, `for_each`, `dynamic` blocks, and modules in local folders. A value that depends
 * on something else, such as a data source, becomes a question.
 */
export async function readConfigurations(
  files: readonly ParsedFile[],
  context: ImportContext,
): Promise<TerraformJson> {
  const { roots, modules, left, problems } = await rootScopes(files, context);
  const found: Collected = { resources: [], left, problems, others: [], modules };
  for (const root of roots) collect(root, found);
  const { resources, others } = found;
  return { resources, left, problems, others };
}

/** The scopes of the modules that no other module of the files calls, and what the files have besides. */
export type Roots = {
  readonly roots: readonly Scope[];
  readonly modules: World['modules'];
  readonly left: Left[];
  readonly problems: ImportProblem[];
};

/** Parses configurations, and creates the scopes of their root modules. */
export async function rootScopes(
  files: readonly ParsedFile[],
  { answers, account, region }: ImportContext,
): Promise<Roots> {
  const named = new Set(
    files.filter((file) => 'named' in file && file.named === true).map(({ file }) => file),
  );
  const parsed: ConfigurationFile[] = [];
  const left: Left[] = [];
  const problems: ImportProblem[] = [];
  for (const each of files) {
    const one = await parseConfiguration(each);
    if (!('message' in one)) parsed.push(one);
    else if (named.has(each.file) || mentionsAppMesh(each.text)) problems.push(one);
    else left.push({ place: one.place, reason: `${SYNTAX}: ${one.message}`, group: SYNTAX });
  }
  const modules = modulesIn(parsed, named);
  const ask: Ask = (question) => answers.take(question.key) ?? new Open([question]);
  const called = new Set([...modules.values()].flatMap((module) => foldersCalled(module)));
  for (const { file } of parsed)
    if (isValues(file) && !named.has(file) && !isAutomatic(file))
      left.push({ place: { file, line: 1, id: '' }, reason: VALUES });
  const world: World = { modules, expressions: await expressionsIn(parsed), ask, account, region };
  const roots = [...modules]
    .filter(([folder]) => !called.has(folder))
    .map(([, module]) => scopeOf(module, world));
  return { roots, modules, left, problems };
}

const VALUES = 'values of variables, which count only where -f names the file';

/** The contents of the scopes, as they are visited. */
type Collected = { readonly [Part in keyof TerraformJson]: TerraformJson[Part][number][] } & {
  readonly modules: World['modules'];
};

/** Adds the resources of a scope and of the modules that it calls. */
function collect(scope: Scope, found: Collected): void {
  const beside = amendmentsIn(scope);
  for (const [key, resource] of scope.module.resources) {
    const kind = kindOfType(resource.type);
    if (kind === undefined) collectOther(scope, key, resource, found);
    else collectInstances(scope, { ...resource, key, kind, beside }, found);
  }
  for (const { type, name, file } of scope.module.repeated) {
    if (kindOfType(type) === undefined) continue;
    const place = { file: file.file, line: lineOf(file, type, name), id: `${scope.prefix}${type}.${name}` };
    found.problems.push({ place, message: REPEATED });
  }
  for (const [name, call] of scope.module.calls) collectCall(scope, name, call, found);
}

const REPEATED =
  'the folder has another resource of this type and name, which Terraform refuses, or merges if the name of a file ends in override.tf: -f one of the files';

function collectOther(
  scope: Scope,
  key: string,
  { type, name, file, body }: ResourceBlock,
  found: Collected,
): void {
  const reason = carried(type, body);
  const place = { file: file.file, line: lineOf(file, type, name), id: `${scope.prefix}${key}` };
  if (reason === undefined) found.others.push(type);
  else found.left.push({ place, reason });
}

type NamedResource = Block & {
  readonly type: string;
  readonly name: string;
  readonly key: string;
  readonly kind: ApiKind;
  readonly beside: Readonly<Record<string, unknown>>;
};

/** Adds each instance of a resource. */
function collectInstances(scope: Scope, resource: NamedResource, found: Collected): void {
  const { body, file, type, name, key, kind, beside } = resource;
  const address = `${scope.prefix}${key}`;
  const place = { file: file.file, line: lineOf(file, type, name), id: address };
  const instances = scope.instancesOf(resource, address);
  if (instances.kind === 'wrong') found.problems.push({ place, message: instances.message });
  if (instances.kind === 'open')
    found.resources.push({ address, kind, attributes: {}, place, condition: instances.open });
  if (instances.kind !== 'known') return;
  if (instances.instances.length === 0) found.left.push({ place, reason: noneOf(body) });
  const attributes = Object.fromEntries(Object.entries(body).filter(([member]) => !META.has(member)));
  for (const { key: own, bindings } of instances.instances) {
    const id = address + suffixOf(own);
    const amendments = beside[key + suffixOf(own)];
    found.resources.push({
      address: id,
      kind,
      attributes: scope.evaluate(attributes, id, [], bindings) as TerraformResource['attributes'],
      ...(areAmendments(amendments) ? { amendments } : {}),
      place: { ...place, id },
    });
  }
}

/** Why a block with `count` or `for_each` has no instance. */
function noneOf(body: Block['body']): string {
  return 'count' in body ? 'count is 0' : 'for_each is empty';
}

/** Adds the resources of a called module, for each instance of the call. */
function collectCall(scope: Scope, name: string, call: Block, found: Collected): void {
  const place = {
    file: call.file.file,
    line: lineOf(call.file, 'module', name),
    id: `${scope.prefix}module.${name}`,
  };
  const children = scope.children(name);
  const target = found.modules.get(folderOfCall(scope.module, call) ?? '');
  const isUnrelated = target !== undefined && !describesMesh(target, found.modules);
  if (isUnrelated && (children?.kind !== 'known' || children.scopes.size === 0)) return;
  if (children?.kind === 'known') {
    for (const child of children.scopes.values()) collect(child, found);
    if (children.scopes.size === 0) found.left.push({ place, reason: noneOf(call.body) });
  } else if (children?.kind === 'wrong') found.problems.push({ place, message: children.message });
  else if (children?.kind === 'open') {
    const asked = children.open.questions.map(
      ({ why, flags }) => `${why}; answer with ${flags.join(' or ')}`,
    );
    found.problems.push({ place, message: `the instances of the module are not known: ${asked.join('; ')}` });
  } else if (folderOfCall(scope.module, call) === undefined)
    found.left.push({ place, reason: `its source is elsewhere: what it makes is in ${SHOW}` });
  else found.problems.push({ place, message: `the module's folder is not among the files: ${INSTEAD}` });
}

const SHOW = 'what terraform show -json prints';
const INSTEAD = `import ${SHOW} instead`;
const META = new Set(['lifecycle', 'depends_on', 'provider', 'provisioner', 'connection']);

/** Whether a module, or one that it calls, has resources of App Mesh. */
function describesMesh(module: Module, modules: World['modules'], seen: Set<Module> = new Set()): boolean {
  if (seen.has(module)) return false;
  seen.add(module);
  return (
    [...module.resources.values()].some(({ type }) => kindOfType(type) !== undefined) ||
    [...module.calls.values()].some((call) => {
      const target = modules.get(folderOfCall(module, call) ?? '');
      return target !== undefined && describesMesh(target, modules, seen);
    })
  );
}

function amendmentsIn({ module, evaluate }: Scope): Readonly<Record<string, unknown>> {
  const local = module.locals.get(AMENDMENTS);
  const value = local === undefined ? undefined : evaluate(local.value, AMENDMENTS, []);
  return isObject(value) ? value : {};
}

function foldersCalled(module: Module): readonly string[] {
  return [...module.calls.values()].flatMap((call) => folderOfCall(module, call) ?? []);
}

/** Returns the line of a resource or of a call in a file. The library does not report it. */
export function lineOf({ text }: ConfigurationFile, ...words: readonly string[]): number {
  const pattern = words[0] === 'module' ? ['module', words[1] ?? ''] : ['resource', ...words];
  const quoted = pattern.map((word) => `"?${word.replaceAll(/[^\w-]/g, '.')}"?`).join(String.raw`\s+`);
  const at = new RegExp(String.raw`^\s*${quoted}(?![\w-])`, 'm').exec(text)?.index ?? -1;
  const last = words.at(-1) ?? '';
  const offset =
    at === -1 ? text.indexOf(JSON.stringify(last)) : at + (/\S/.exec(text.slice(at))?.index ?? 0);
  return offset <= 0 ? 1 : text.slice(0, offset).split('\n').length;
}
