// Imports every manifest of App Mesh's kinds below a folder, each on its own: each object is imported, or its problem is reported. The imported
// documents go through a control plane, which returns them unchanged, and with --envoy an Envoy for each node and gateway has to become LIVE. The
// script supplies values for variables, and a mesh if the file has none. A clone of aws/aws-app-mesh-examples is a good folder: `node
// test/long/public-manifests.ts FOLDER [--envoy FILE]`. Exits with 1 if an object is skipped without a report.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { isObject } from '../../common/is-object.ts';
import { parseYaml } from '../../cli/import/reading/yaml.ts';
import { importedDocuments, type ImportedDocuments } from '../../cli/import/testing/imported-documents.ts';
import { liveOf } from '../../cli/import/testing/live.ts';
import { throughControlPlane } from '../../cli/import/testing/through-control-plane.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { envoy: { type: 'string' } } });
const [root] = positionals;
if (root === undefined) throw new Error('which folder?');

const say = (file: string, text: string): void =>
  void process.stdout.write(`${relative(root, file)}: ${text}\n`);
const totals = { files: 0, unreadable: 0, objects: 0, documents: 0, faulty: 0, silent: 0, complaints: 0 };
for (const file of manifestsBelow(root)) await look(file);
process.stdout.write(`${JSON.stringify(totals)}\n`);
process.exitCode = totals.silent + totals.complaints === 0 && totals.files > 0 ? 0 : 1;

async function look(file: string): Promise<void> {
  totals.files += 1;
  const { documents: parsed, problems: unreadable } = parseYaml(file, readFileSync(file, 'utf8'));
  totals.unreadable += unreadable.length > 0 ? 1 : 0;
  const starts = parsed.map(({ line }) => line);
  const ours = parsed.filter(({ value }) => isOurs(value)).map(({ line }) => line);
  const { documents, problems, left, open } = await importFile(file);
  const startOf = (line: number): number => Math.max(...starts.filter((start) => start <= line));
  const lineIn = (text: string): number => Number(/:(\d+)/.exec(text.slice(file.length))?.[1]);
  const faulty = new Set(problems.map((text) => startOf(lineIn(text))));
  const named = new Set([
    ...faulty,
    ...left.map((text) => startOf(lineIn(text))),
    ...documents.map(({ origin }) => startOf(origin.line)),
  ]);
  const silent = ours.filter((line) => !named.has(line));
  const complaints = await throughControlPlane(documents);
  if (values.envoy !== undefined) complaints.push(...(await liveOf(documents, values.envoy)));
  for (const text of problems) say(file, text.slice(file.length + 1));
  for (const text of [
    ...complaints,
    ...open.map((key) => `${key} is open`),
    ...silent.map((line) => `${line}: SILENT`),
  ])
    say(file, text);
  totals.objects += ours.length;
  totals.documents += documents.length;
  totals.faulty += ours.filter((line) => faulty.has(line)).length;
  totals.silent += silent.length + open.length;
  totals.complaints += complaints.length;
}

// Answers the open questions of the import, until there are no more.
async function importFile(file: string): Promise<ImportedDocuments> {
  const answers = new Map<string, string>();
  for (;;) {
    const parameter = [...answers].map(([key, value]) => `${key}=${value}`);
    const imported = await importedDocuments([file], { parameter });
    const asked = imported.open.filter((key) => !answers.has(key));
    if (asked.length === 0) return imported;
    for (const key of asked) answers.set(key, answerTo(key));
  }
}

function answerTo(key: string): string {
  if (key === 'CANARY_ROUTES') return '[{weight: 1, virtualNodeRef: {name: canary}}]';
  if (key.startsWith('mesh/')) return 'mesh';
  if (key.includes('ARN'))
    return `arn:aws:appmesh:us-west-2:111122223333:mesh/mesh/virtualService/other.local`;
  if (key.endsWith('PORT')) return '8080';
  return key.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

function isOurs(value: unknown): boolean {
  return isObject(value) && String(value['apiVersion']).startsWith('appmesh.k8s.aws/');
}

function manifestsBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(?:ya?ml|json)(?:\.template)?$/.test(entry.name))
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((file) => /^\s*"?apiVersion"?:\s*"?appmesh\.k8s\.aws\//m.test(readFileSync(file, 'utf8')))
    .toSorted();
}
