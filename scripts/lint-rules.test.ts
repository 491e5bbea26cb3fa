import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { BROKEN } from './testing/broken-rules.ts';

// Breaks each rule of .oxlintrc.json once in a folder of its own, and looks for the linter's error.

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const IMPORTS = 'eslint/no-restricted-imports';

type Rule =
  | string
  | readonly [string, { readonly patterns?: readonly { readonly group: readonly string[] }[] }];
type Rules = Readonly<Record<string, Rule>>;
type Override = {
  readonly files: readonly string[];
  readonly excludeFiles?: readonly string[];
  readonly rules: Rules;
};
type Config = { readonly rules: Rules; readonly overrides: readonly Override[] };

/** A file that breaks one rule. */
type Case = { readonly file: string; readonly rule: string; readonly text: string };

/** Layers of docs/architecture.md: a folder, and folders that it may not import. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  agent: ['controlplane', 'proxyinit', 'cli'],
  common: ['agent', 'proxyinit', 'controlplane', 'cli', 'kubernetes', 'xds'],
  console: [
    'agent',
    'proxyinit',
    'cli',
    'kubernetes',
    'xds',
    'controlplane/api',
    'controlplane/store',
    'controlplane/console/session',
    'controlplane/reports',
  ],
  controlplane: [
    'agent',
    'proxyinit',
    'cli',
    'kubernetes',
    'controlplane/testing',
    'console/app',
    'console/model',
    'console/state',
  ],
  'controlplane/ads': [
    'controlplane/api',
    'controlplane/store',
    'controlplane/console',
    'controlplane/reports',
  ],
  'controlplane/api': [
    'controlplane/ads',
    'controlplane/discovery',
    'controlplane/console',
    'controlplane/reports',
  ],
  'controlplane/mesh': [
    'controlplane/http',
    'controlplane/api',
    'controlplane/ads',
    'controlplane/translate',
  ],
  'controlplane/translate': [
    'controlplane/http',
    'controlplane/api',
    'controlplane/store',
    'controlplane/discovery',
    'controlplane/ads',
  ],
  kubernetes: ['agent', 'proxyinit', 'cli'],
  proxyinit: ['agent', 'controlplane', 'cli', 'xds'],
  xds: ['agent', 'proxyinit', 'controlplane', 'cli', 'xds/testing'],
};

const config = JSON.parse(await readFile(join(ROOT, '.oxlintrc.json'), 'utf8')) as Config;
const imports = config.overrides.flatMap((override, index) => restrictedImports(override, index));
const layers = Object.entries(LAYERS).flatMap(([folder, others]) =>
  others.map((other) => layer(folder, other)),
);
/** Files of the control plane that the console's pages may import. */
const SHARED = [
  'controlplane/console/contract.ts',
  'controlplane/status/status.ts',
  'common/contracts/reports.ts',
];
const allowed = SHARED.map((to) => ({
  rule: IMPORTS,
  file: `console/shared-${nameOf(to)}.ts`,
  text: `import ${JSON.stringify(relative('console', to))};\n`,
}));
const snippets = Object.entries(BROKEN).map(([rule, text]) => ({
  rule,
  text,
  file: `common/${nameOf(rule)}.ts`,
}));

let folder: string;
let found: ReadonlySet<string>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-lint-'));
  await copyFile(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: { strict: true } }));
  for (const { file, text } of [...imports, ...layers, ...allowed, ...snippets]) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), text);
  }
  const args = ['--type-aware', '--format=json'];
  const { stdout } = await execa('oxlint', args, {
    cwd: folder,
    localDir: ROOT,
    preferLocal: true,
    reject: false,
  });
  const { diagnostics } = JSON.parse(stdout) as {
    readonly diagnostics: readonly { readonly filename: string; readonly code: string }[];
  };
  found = new Set(diagnostics.map(({ filename, code }) => `${filename} ${code}`));
});
afterAll(() => rm(folder, { recursive: true }));

test('each rule of the configuration has an example that breaks it', () => {
  const set = Object.entries(config.rules).flatMap(([name, rule]) => (rule === 'off' ? [] : [name]));
  expect(set.toSorted()).toEqual(Object.keys(BROKEN).toSorted());
  expect(imports.length).toBeGreaterThan(100);
});

test('the linter finds each broken rule', () => {
  expect(snippets.filter((each) => !isFound(each))).toEqual([]);
});

test('the linter finds an import of each folder that the configuration forbids', () => {
  expect(imports.filter((each) => !isFound(each))).toEqual([]);
});

test('the linter keeps the layers of docs/architecture.md', () => {
  expect(layers.filter((each) => !isFound(each))).toEqual([]);
});

test('the pages of the console may import the files that they share with the control plane', () => {
  expect(allowed.filter(isFound)).toEqual([]);
});

function isFound({ file, rule }: Case): boolean {
  const [plugin, name] = rule.split('/');
  return found.has(`${file} ${plugin}(${name})`);
}

/** Returns a file for each folder that an override restricts. */
function restrictedImports({ files, rules }: Override, index: number): readonly Case[] {
  const rule = rules[IMPORTS];
  if (rule === undefined || typeof rule === 'string') return [];
  const [own = ''] = files;
  const groups = (rule[1].patterns ?? []).flatMap(({ group }) => group);
  return groups
    .filter((pattern) => !pattern.startsWith('!'))
    .map((pattern) => ({
      rule: IMPORTS,
      file: own.replace('**', `broken-${index}-${nameOf(pattern)}.ts`),
      text: `import ${JSON.stringify(pattern.replace('**', '../..').replace('**', 'any.ts'))};\n`,
    }));
}

function layer(from: string, to: string): Case {
  const file = `${from}/layer-${nameOf(to)}.ts`;
  return { rule: IMPORTS, file, text: `import ${JSON.stringify(`${relative(from, to)}/any.ts`)};\n` };
}

function nameOf(text: string): string {
  return text.replaceAll(/[^a-z]+/g, '-').replaceAll(/^-|-$/g, '');
}
