import { basename } from 'node:path';
import { areAmendments } from '../../../../common/amendments.ts';
import { isObject } from '../../is-object.ts';
import type { ImportProblem } from '../../place.ts';
import type { ParsedFile } from '../../reading/parsed.ts';
import { Open, type ImportContext, type Left } from '../../source.ts';
import { AMENDMENTS } from '../amendments.ts';
import type { Ask, TerraformJson } from '../json.ts';
import { kindOfType, type TerraformResource } from '../resource.ts';
import { folderOfCall, isValues, modulesIn, type Module } from './modules.ts';
import { parseConfiguration, type ConfigurationFile } from './parse.ts';
import { scopeOf, type Scope } from './scope.ts';

/**
 * Reads configurations without Terraform. It evaluates literals, locals, variables with a value, references within the files, and
 * modules in local folders. It reports the places of `count`, `for_each`, `dynamic` and functions, which it does not evaluate.
 */
export async function readConfigurations(
  files: readonly ParsedFile[],
  { answers }: ImportContext,
): Promise<TerraformJson> {
  const parsed: ConfigurationFile[] = [];
  const problems: ImportProblem[] = [];
  for (const each of files) {
    const one = await parseConfiguration(each);
    if ('message' in one) problems.push(one);
    else parsed.push(one);
  }
  const named = new Set(
    files.filter((file) => 'named' in file && file.named === true).map(({ file }) => file),
  );
  const isTaken = (file: string): boolean => named.has(file) || AUTOMATIC.test(basename(file));
  const modules = modulesIn(parsed, isTaken);
  const ask: Ask = (question) => answers.take(question.key) ?? new Open([question]);
  const called = new Set([...modules.values()].flatMap((module) => foldersCalled(module)));
  const resources: TerraformResource[] = [];
  const others: string[] = [];
  const left: Left[] = parsed
    .filter(({ file }) => isValues(file) && !isTaken(file))
    .map(({ file }) => ({
      place: { file, line: 1, id: '' },
      reason: 'values of variables, which count only where -f names the file',
    }));
  const collect = (scope: Scope): void => {
    const beside = amendmentsIn(scope);
    for (const [key, { type, name, body, file }] of scope.module.resources) {
      const kind = kindOfType(type);
      const address = `${scope.prefix}${key}`;
      const place = { file: file.file, line: lineOf(file, type, name), id: address };
      if (kind === undefined) {
        others.push(type);
        continue;
      }
      const repeated = repetitionIn(body);
      if (repeated !== undefined) {
        problems.push({ place, message: `${repeated} is not evaluated here: ${INSTEAD}` });
        continue;
      }
      const attributes = Object.entries(body).filter(([member]) => !META.has(member));
      const values = attributes.map(([member, value]) => [member, scope.evaluate(value, address, [member])]);
      resources.push({
        address,
        kind,
        attributes: Object.fromEntries(values) as TerraformResource['attributes'],
        ...(areAmendments(beside[key]) ? { amendments: beside[key] } : {}),
        place,
      });
    }
    for (const [name, call] of scope.module.calls) {
      const child = scope.children.get(name);
      if (child !== undefined) collect(child);
      else
        problems.push(
          ...unread(
            scope,
            name,
            call.file,
            folderOfCall(scope.module, call) !== undefined || repetitionIn(call.body) !== undefined,
          ),
        );
      if (child === undefined && folderOfCall(scope.module, call) === undefined)
        left.push({
          place: {
            file: call.file.file,
            line: lineOf(call.file, 'module', name),
            id: `${scope.prefix}module.${name}`,
          },
          reason: `its source is elsewhere: what it makes is in ${SHOW}`,
        });
    }
  };
  for (const [folder, module] of modules) if (!called.has(folder)) collect(scopeOf(module, modules, ask));
  return { resources, left, problems, others };
}

const SHOW = 'what terraform show -json prints';
const INSTEAD = `import ${SHOW} instead`;
const AUTOMATIC = /^terraform\.tfvars(?:\.json)?$|\.auto\.tfvars(?:\.json)?$/i;
const META = new Set(['lifecycle', 'depends_on', 'provider', 'provisioner', 'connection']);

function amendmentsIn({ module, evaluate }: Scope): Readonly<Record<string, unknown>> {
  const local = module.locals.get(AMENDMENTS);
  const value = local === undefined ? undefined : evaluate(local.value, AMENDMENTS, []);
  return isObject(value) ? value : {};
}

function foldersCalled(module: Module): readonly string[] {
  return [...module.calls.values()].flatMap((call) => folderOfCall(module, call) ?? []);
}

function unread(
  scope: Scope,
  name: string,
  { file, text, body }: ConfigurationFile,
  isHere: boolean,
): readonly ImportProblem[] {
  if (!isHere) return [];
  const place = {
    file,
    line: lineOf({ file, text, body }, 'module', name),
    id: `${scope.prefix}module.${name}`,
  };
  return [
    {
      place,
      message: `the module's folder is not among the files, or it is called with count or for_each: ${INSTEAD}`,
    },
  ];
}

function repetitionIn(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, part] of Object.entries(value)) {
    if ((name === 'for_each' || name === 'dynamic' || name === 'count') && !Array.isArray(value)) return name;
    const inner = repetitionIn(part);
    if (inner !== undefined) return inner;
  }
  return undefined;
}

// The library does not report the lines of blocks.
function lineOf({ text }: ConfigurationFile, ...words: readonly string[]): number {
  const pattern = words[0] === 'module' ? ['module', words[1] ?? ''] : ['resource', ...words];
  const quoted = pattern.map((word) => `"?${word.replaceAll(/[^\w-]/g, '.')}"?`).join(String.raw`\s+`);
  const at = new RegExp(`^\\s*${quoted}`, 'm').exec(text)?.index ?? -1;
  const last = words.at(-1) ?? '';
  const offset =
    at === -1 ? text.indexOf(JSON.stringify(last)) : at + (/\S/.exec(text.slice(at))?.index ?? 0);
  return offset <= 0 ? 1 : text.slice(0, offset).split('\n').length;
}
