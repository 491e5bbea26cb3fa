// Every manifest of App Mesh's kinds below a folder, each on its own: each of its objects is imported, or what is wrong with it
// is named. Variables are given values, and a mesh where the file has none. A clone of aws/aws-app-mesh-examples is a good
// folder: `node test/long/public-manifests.ts FOLDER [--verbose]`. Exits with 1 where an object is passed over in silence.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { isObject } from '../../cli/import/is-object.ts';
import { parseYaml } from '../../cli/import/reading/yaml.ts';
import { runImport } from '../../cli/import/testing/run.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { verbose: { type: 'boolean', default: false } },
});
const [root] = positionals;
if (root === undefined) throw new Error('which folder?');

type Report = {
  readonly taken: readonly { readonly place: { readonly line: number } }[];
  readonly left: readonly { readonly place: { readonly line: number }; readonly reason: string }[];
  readonly problems: readonly { readonly place: { readonly line: number }; readonly message: string }[];
  readonly open: readonly { readonly key: string }[];
};

const scratch = mkdtempSync(join(tmpdir(), 'daybreak-manifests-'));
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const totals = { files: 0, unreadable: 0, objects: 0, resources: 0, faulty: 0, silent: 0 };
try {
  for (const file of manifestsBelow(root)) await look(file);
} finally {
  rmSync(scratch, { recursive: true });
}
say(JSON.stringify(totals));
process.exitCode = totals.silent === 0 && totals.files > 0 ? 0 : 1;

async function look(file: string): Promise<void> {
  totals.files += 1;
  const { documents, problems } = parseYaml(file, readFileSync(file, 'utf8'));
  if (problems.length > 0) {
    totals.unreadable += 1;
    say(
      `${relative(root ?? '', file)}: cannot be read: line ${problems[0]?.place.line}, ${problems[0]?.message}`,
    );
  }
  const objects = documents.filter(({ value }) => isOurs(value));
  const lines = objects.map(({ line }) => line);
  const report = await importFile(file);
  totals.objects += objects.length;
  totals.resources += report.taken.length;
  const starts = documents.map(({ line }) => line);
  const objectAt = ({ place }: { readonly place: { readonly line: number } }): number =>
    Math.max(...starts.filter((line) => line <= place.line));
  const named = new Set([...report.taken, ...report.problems, ...report.left].map(objectAt));
  const silent = lines.filter((line) => !named.has(line));
  totals.silent += silent.length;
  const faulty = new Set(report.problems.map(objectAt));
  totals.faulty += lines.filter((line) => faulty.has(line)).length;
  if (values.verbose)
    say(`${relative(root ?? '', file)}: ${objects.length} objects, ${report.taken.length} resources`);
  for (const { place, message } of report.problems)
    say(`${relative(root ?? '', file)}:${place.line}: ${message}`);
  for (const line of silent) say(`${relative(root ?? '', file)}:${line}: SILENT`);
  for (const { key } of report.open) say(`${relative(root ?? '', file)}: OPEN ${key}`);
}

// Answers what is open, until nothing more is.
async function importFile(file: string): Promise<Report> {
  const out = join(scratch, 'report.json');
  const answers = new Map<string, string>();
  for (;;) {
    const parameter = [...answers].map(([key, value]) => `${key}=${value}`);
    rmSync(out, { force: true });
    const options = { report: out, parameter, mesh: 'mesh', from: 'kubernetes' } as const;
    const { stderr } = await runImport(dirname(file), [basename(file)], options);
    if (!existsSync(out)) {
      say(`${relative(root ?? '', file)}: ${stderr.trim()}`);
      return { taken: [], left: [], problems: [], open: [] };
    }
    const report = JSON.parse(readFileSync(out, 'utf8')) as Report;
    const asked = report.open.filter(({ key }) => !answers.has(key));
    if (asked.length === 0) return report;
    for (const { key } of asked) answers.set(key, answerTo(key));
  }
}

function answerTo(key: string): string {
  if (key === 'CANARY_ROUTES') return '[{weight: 1, virtualNodeRef: {name: canary}}]';
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
