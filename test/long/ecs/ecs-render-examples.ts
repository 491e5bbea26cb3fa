// Renders every task definition of App Mesh in a folder, such as a clone of App Mesh's examples, with `daybreak ecs render`:
// what it asks for is answered with made-up values, the result is rendered again, and botocore's model of RegisterTaskDefinition
// checks it. A JSON file may have the shell variables of the examples' scripts. Run:
// node test/long/ecs/ecs-render-examples.ts --folder DIR [--only TEXT] [--telemetry keep|otlp|xray]
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { TELEMETRIES } from '../../../cli/ecs/options.ts';
import type { EcsRenderOptions } from '../../../cli/ecs/command.ts';
import { botocoreComplaints } from '../../../cli/ecs/testing/botocore.ts';
import { runRender } from '../../../cli/ecs/testing/run-render.ts';
import { madeUp } from '../import/script-parameters.ts';

const { values } = parseArgs({
  options: { folder: { type: 'string' }, only: { type: 'string' }, telemetry: { type: 'string' } },
});
const root = values.folder ?? '.';
const telemetry = TELEMETRIES.find((each) => each === (values.telemetry ?? 'keep'));
if (telemetry === undefined) throw new Error(`--telemetry: it has to be one of ${TELEMETRIES.join(', ')}`);
const FLAGS: Partial<EcsRenderOptions> = {
  telemetry,
  otlpEndpoint: 'http://collector.internal:4318',
  image: 'registry/daybreak-envoy:1',
  proxyinitImage: 'registry/daybreak-proxy-route-manager:1',
  xdsEndpoint: 'daybreak.internal:18443',
  xdsTokenSecret: 'arn:aws:secretsmanager:us-west-2:111122223333:secret:token-AbCdEf',
};

const VARIABLES: Readonly<Record<string, string>> = {
  VIRTUAL_NODE: 'mesh/apps/virtualNode/teller',
  ENVOY_LOG_LEVEL: 'debug',
};

type Report = {
  readonly taskDefinitions: readonly { readonly wants: readonly { readonly flag: string }[] }[];
};
type Outcome = { readonly definitions: readonly unknown[]; readonly complaints: readonly string[] };
const scratch = mkdtempSync(join(tmpdir(), 'ecs-render-'));
try {
  process.exitCode = (await main()) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true });
}

async function main(): Promise<boolean> {
  const files = filesIn(root).filter((file) =>
    /"?proxyConfiguration"?\s*:/i.test(readFileSync(file, 'utf8')),
  );
  const chosen = files.filter((file) => file.includes(values.only ?? ''));
  let good = 0;
  let count = 0;
  for (const file of chosen) {
    const { definitions, complaints } = await tryFile(file);
    const refused = await botocoreComplaints(definitions);
    const all = [...complaints, ...refused];
    if (all.length === 0) good += 1;
    count += definitions.length;
    process.stdout.write(
      `${all.length === 0 ? 'ok' : 'NOT OK'}  ${relative(root, file)}: ${definitions.length}\n`,
    );
    for (const complaint of all) process.stdout.write(`    ${complaint}\n`);
  }
  process.stdout.write(`${good} of ${chosen.length} files, ${count} task definitions\n`);
  return chosen.length > 0 && good === chosen.length;
}

async function tryFile(file: string): Promise<Outcome> {
  const path = file.endsWith('.json') ? withoutShellVariables(file) : file;
  const { code, stdout, stderr } = await runRender({ path }, { ...FLAGS, ...(await answersFor(path)) });
  if (code !== 0) return { definitions: [], complaints: stderr.split('\n') };
  const rendered = JSON.parse(stdout) as unknown;
  const definitions: readonly unknown[] = Array.isArray(rendered) ? rendered : [rendered];
  const complaints: string[] = [];
  for (const definition of definitions) {
    for (const flags of [FLAGS, {}]) {
      const again = await runRender({ text: JSON.stringify(definition) }, { ...flags, check: true });
      if (again.code !== 0) complaints.push(`rendered again: ${again.stdout}${again.stderr}`);
    }
  }
  return { definitions, complaints };
}

// Answers lead to further questions, so the command is asked until it asks no more.
async function answersFor(path: string): Promise<Partial<EcsRenderOptions>> {
  const answers = new Map<string, string>();
  const options = { account: '111122223333', region: 'us-west-2' };
  for (let round = 0; round < 5; round += 1) {
    const parameter = [...answers.values()];
    const { stdout } = await runRender({ path }, { ...FLAGS, ...options, parameter, output: 'json' });
    const { taskDefinitions } = JSON.parse(stdout || '{"taskDefinitions":[]}') as Report;
    const wants = taskDefinitions.flatMap((each) => each.wants.map(({ flag }) => flag));
    const fresh = wants.filter((flag) => !answers.has(flag));
    if (fresh.length === 0) break;
    for (const flag of fresh) answers.set(flag, answerTo(flag));
  }
  return { ...options, parameter: [...answers.values()] };
}

function answerTo(flag: string): string {
  const key = /--parameter '?(.*?)=[A-Z]+'?(?: or |$)/.exec(flag)?.[1] ?? flag;
  return `${key}=${madeUp(key.split(/[.:]/).at(-1) ?? key)}`;
}

// `$ENVOY_CONTAINER_JSON` is the container of envoy-container.json beside the file, any other variable a text.
function withoutShellVariables(file: string): string {
  const fill = (path: string): string =>
    readFileSync(path, 'utf8').replaceAll(/"?\$\{?([A-Z_]+)\}?"?/g, (_, name: string) => {
      const part = join(dirname(path), `${name.replace('_JSON', '').replace('_', '-').toLowerCase()}.json`);
      if (name.endsWith('_CONTAINER_JSON'))
        return existsSync(part) ? fill(part) : '{"name":"other","image":"x"}';
      return JSON.stringify(VARIABLES[name] ?? madeUp(name));
    });
  const path = join(scratch, basename(file));
  writeFileSync(path, fill(file));
  return path;
}

function filesIn(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name.startsWith('.') ? [] : filesIn(path);
    return entry.isFile() && /\.(?:ya?ml|json|template)$/.test(entry.name) ? [path] : [];
  });
}
