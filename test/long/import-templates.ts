// Imports every template with resources of App Mesh in a folder, such as a checkout of public examples, with the parameters that the scripts beside
// it pass. Applies the result to a control plane, exports it again, and starts an Envoy for each node and gateway, which has to become LIVE. `node
// test/long/import-templates.ts --folder DIR [--envoy FILE]`. The Envoys need root.
import { readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { isObject } from '../../common/is-object.ts';
import { parseFile } from '../../cli/import/reading/parse.ts';
import { importedDocuments } from '../../cli/import/testing/imported-documents.ts';
import { liveOf } from '../../cli/import/testing/live.ts';
import { throughControlPlane } from '../../cli/import/testing/through-control-plane.ts';
import { madeUp, passedParameters, withoutVariables } from './import/script-parameters.ts';

const { values } = parseArgs({
  options: { folder: { type: 'string' }, envoy: { type: 'string' }, only: { type: 'string' } },
});
const root = values.folder ?? '';
const known = new Map<string, Readonly<Record<string, unknown>>>();

type Outcome = { readonly resources: number; readonly taken: number; readonly complaints: readonly string[] };

process.exitCode = (await main()) ? 0 : 1;

async function main(): Promise<boolean> {
  const files = filesIn(root);
  const templates = files.filter(
    (file) => resourcesOf(file).some(isAppMesh) && file.includes(values.only ?? ''),
  );
  const outcomes: Outcome[] = [];
  for (const file of templates) {
    const outcome = await tryTemplate(file, files);
    outcomes.push(outcome);
    const mark = outcome.complaints.length === 0 ? 'ok' : 'NOT OK';
    process.stdout.write(`${mark}  ${relative(root, file)}: ${outcome.taken} of ${outcome.resources}\n`);
    for (const complaint of outcome.complaints) process.stdout.write(`    ${complaint}\n`);
  }
  const sum = (count: (outcome: Outcome) => number): number =>
    outcomes.reduce((total, each) => total + count(each), 0);
  const good = outcomes.filter(({ complaints }) => complaints.length === 0);
  process.stdout.write(
    `${good.length} of ${templates.length} templates, ${sum(({ taken }) => taken)} of ${sum(({ resources }) => resources)} resources\n`,
  );
  return templates.length > 0 && good.length === templates.length;
}

async function tryTemplate(file: string, files: readonly string[]): Promise<Outcome> {
  const own = resourcesOf(file).filter(isAppMesh);
  const project = relative(root, file).split('/').slice(0, 2).join('/');
  const near = files.filter((each) => relative(root, each).startsWith(`${project}/`));
  // Projects contain alternative versions of a mesh, so only templates without App Mesh resources are added.
  const others = near.filter((each) => isTemplate(each) && !resourcesOf(each).some(isAppMesh));
  const scripts = near.filter((each) => /\.(?:sh|md)$/.test(each));
  const parameters = [file, ...others].flatMap((each) => parametersOf(each, scripts));
  const given = [...parameters, 'AWS::StackName=stack'];
  const options = { account: '111122223333', region: 'us-west-2' };
  const first = await importedDocuments([file, ...others], { ...options, parameter: given });
  // Values of other stacks: load balancers, certificates, exports of templates in other projects.
  const rest = first.open.map((key) => `${key}=${madeUp(key.split(/[.:]/).at(-1) ?? key)}`);
  const { documents, problems, left } = await importedDocuments([file, ...others], {
    ...options,
    parameter: [...given, ...rest],
  });
  const conditional = left.filter((reason) => reason.includes('is false')).length;
  const complaints = [...problems, ...(await throughControlPlane(documents))];
  if (values.envoy !== undefined) complaints.push(...(await liveOf(documents, values.envoy)));
  const taken = documents.length + conditional;
  if (taken !== own.length) complaints.push(`${taken} of ${own.length} resources were taken`);
  return { resources: own.length, taken, complaints };
}

function parametersOf(file: string, scripts: readonly string[]): readonly string[] {
  const declared = sectionOf(file, 'Parameters');
  const passed = passedParameters(Object.keys(declared), basename(file), scripts);
  return [...passed].map(([name, { value }]) => {
    const entry = declared[name];
    const allowed =
      isObject(entry) && Array.isArray(entry['AllowedValues']) ? (entry['AllowedValues'] as unknown[]) : [];
    return `${file}:${name}=${withoutVariables(value, allowed)}`;
  });
}

function isTemplate(file: string): boolean {
  return Object.keys(sectionOf(file, 'Resources')).length > 0;
}

function resourcesOf(file: string): readonly unknown[] {
  return Object.values(sectionOf(file, 'Resources'));
}

function isAppMesh(resource: unknown): boolean {
  return isObject(resource) && String(resource['Type']).startsWith('AWS::AppMesh::');
}

function sectionOf(file: string, name: string): Readonly<Record<string, unknown>> {
  if (!/\.(?:ya?ml|json|template)$/.test(file)) return {};
  const template = known.get(file) ?? templateIn(file);
  known.set(file, template);
  const section = template[name];
  return isObject(section) ? section : {};
}

function templateIn(file: string): Readonly<Record<string, unknown>> {
  const text = readFileSync(file, 'utf8');
  if (!text.includes('AWS::')) return {};
  const [document] = parseFile(file, text).documents;
  return isObject(document?.value) ? document.value : {};
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name.startsWith('.') ? [] : filesIn(path);
    return entry.isFile() && /\.(?:ya?ml|json|template|sh|md)$/.test(entry.name) ? [path] : [];
  });
}
