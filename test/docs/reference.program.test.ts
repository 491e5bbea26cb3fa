import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { USAGE as IMAGES_USAGE } from '../../images/options.ts';
import { documentedMetrics, namesIn } from './metric-names.ts';
import { cells, page, pages, ROOT, section } from './pages.ts';

// The reference's flags, defaults and metrics against the actual programs.

const DAYBREAK = join(ROOT, 'cli/main.ts');
const run = async (...args: readonly string[]) => (await execa(process.execPath, args)).stdout;

/** Flags of other programs that pages name, with the program of each. */
const OTHERS: Readonly<Record<string, string>> = {
  '--cli-input-json': 'aws',
  '--endpoint-url': 'aws',
  '--config-yaml': 'envoy',
  '--drain-strategy': 'envoy',
  '--drain-time-s': 'envoy',
  '--mode': 'envoy',
  '--parent-shutdown-time-s': 'envoy',
  '--use-dynamic-base-id': 'envoy',
  '--max-semi-space-size': 'node',
  '--optimize-for-size': 'node',
  '--single-threaded-gc': 'node',
  '--v8-pool-size': 'node',
  '--cap-drop': 'docker',
  '--init': 'docker',
  '--network': 'docker',
  '--profile': 'docker compose',
  '--env-file': 'docker compose',
  '--stop-timeout': 'docker',
  '--reuse-values': 'helm',
  '--set': 'helm',
  '--sidecar-image-repository': "Amazon's controller",
  '--no-': "the beginning of proxyinit's flags that switch something off",
};

/** Flags of scripts without a `--help`; bench/README.md describes those of the benches. */
const SCRIPTS = ['--all', '--out', '--only', '--stage', '--build-arg', '--reports'];
const BENCHES = [
  '--app-mesh-agent',
  '--console-readers',
  '--floor',
  '--quick',
  '--rounds',
  '--soak',
  '--streams',
  '--variants',
  '--json',
];
/** Flags of test/long/telemetry/receivers.ts, in docs/telemetry.md. */
const RECEIVERS = [
  '--otelcol',
  '--otelcol-contrib',
  '--envoy',
  '--datadog-agent',
  '--statsd-exporter',
  '--xray-daemon',
  '--zipkin',
];

/** Flags without a row. */
const ALWAYS = ['--help', '--version'];

/** The help text of each command, by the command's words. */
const helps = new Map<string, string>();
/** Every flag that a page may name. */
const known = new Set<string>([...SCRIPTS, ...BENCHES, ...RECEIVERS, ...Object.keys(OTHERS)]);
beforeAll(async () => {
  await collect([]);
  const demo = await run(join(ROOT, 'demo/main.ts'), '--help');
  for (const flag of [...helps.values(), demo, IMAGES_USAGE].flatMap(flagsOf)) known.add(flag);
}, 600_000);

async function collect(words: readonly string[]): Promise<void> {
  const help = await run(DAYBREAK, ...words, '--help');
  helps.set(words.join(' '), help);
  const [, commands = ''] = help.split('\nCommands:\n');
  const names = [...commands.matchAll(/^ {2}([a-z-]+)/gm)].map(([, name = '']) => name);
  for (const name of names.filter((each) => each !== 'help')) await collect([...words, name]);
}

const flagsOf = (help: string): readonly string[] =>
  [...help.matchAll(/^ {2}(?:-\w, )?(--[a-z][a-z0-9-]*)/gm)].map(([, flag = '']) => flag);

test('every flag of the control plane is in docs/settings.md, and the page has no other', () => {
  const documented = section(page('docs/settings.md'), '## `daybreak controlplane`')
    .filter((line) => line.startsWith('| `--'))
    .flatMap((line) => [...(cells(line)[0] ?? '').matchAll(/`(--[a-z-]+)/g)].map(([, flag = '']) => flag));
  const flags = flagsOf(helps.get('controlplane') ?? '').filter((flag) => flag !== '--help');
  expect(documented.toSorted()).toEqual(flags.toSorted());
});

test('every default that the help of the control plane names is the one in docs/settings.md', () => {
  const help = (helps.get('controlplane') ?? '').replaceAll(/\n {4,}/g, ' ');
  const defaults = [...help.matchAll(/^ {2}(--[a-z-]+).*\(default: ([^,)]+)/gm)].map(
    ([, flag = '', value = '']) => [flag, value],
  );
  const rows = section(page('docs/settings.md'), '## `daybreak controlplane`').filter((line) =>
    line.startsWith('| `--'),
  );
  const wrong = defaults.filter(([flag = '', value = '']) => {
    const row = rows.find((line) => line.includes(`\`${flag} `) || line.includes(`\`${flag}\``)) ?? '';
    const told = (cells(row)[1] ?? '').replaceAll('`', '');
    return !told.includes(value) && !value.includes(told);
  });
  expect(defaults.length).toBeGreaterThan(8);
  expect(wrong).toEqual([]);
});

test.each(pages().map((each) => [each.path, each.text] as const))('%s names flags that exist', (_, text) => {
  const named = [...text.matchAll(/`(--[a-z][a-z0-9-]*)/g)].map(([, flag = '']) => flag);
  expect(named.filter((flag) => !known.has(flag) && !known.has(flag.replace(/^--no-/, '--')))).toEqual([]);
});

test.each(
  pages().map((each) => [each.path, each.text] as const),
)('the commands of %s take the flags that they have there', (_, text) => {
  const wrong = commandLines(text).flatMap((line) => {
    const command = commandOf(line);
    const flags = flagsOf(helps.get(command) ?? '');
    return [...line.matchAll(/(?<=[\s[|])--[a-z][a-z0-9-]*/g)].flatMap(([flag]) =>
      flags.includes(flag) || flags.includes(flag.replace(/^--no-/, '--')) ? [] : [`${command} ${flag}`],
    );
  });
  expect(wrong).toEqual([]);
});

test('every flag of a command is in the reference', () => {
  const text = ['commands', 'console', 'credentials', 'import', 'settings', 'proxyinit', 'store']
    .map((name) => page(`docs/${name}.md`).text)
    .join('\n');
  const flags = [...helps].flatMap(([command, help]) =>
    [...help.matchAll(/^ {2}(?:(-\w), )?(--[a-z][a-zA-Z0-9-]*)/gm)].map(([, short, flag = '']) => ({
      command,
      flag,
      // App Mesh's agent has flags with one dash.
      names: [flag, ...(command === 'agent' ? [flag.slice(1)] : []), ...(short === undefined ? [] : [short])],
    })),
  );
  const isNamed = (name: string) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`).test(text);
  const missing = flags.filter(({ flag, names }) => !ALWAYS.includes(flag) && !names.some(isNamed));
  expect(flags.length).toBeGreaterThan(100);
  expect(missing.map(({ command, flag }) => `${command} ${flag}`)).toEqual([]);
});

/** Returns the lines of a page's code that begin with `daybreak`, each with its continuation lines and without comments. */
function commandLines(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^```[a-z]*\n([\s\S]*?)^```/gm)].map(([, block = '']) => block);
  return blocks.flatMap((block) =>
    block
      .replaceAll(/ *\\\n\s+/g, ' ')
      .split('\n')
      .filter((line) => /^(?:\$ )?daybreak /.test(line))
      .map((line) => line.replace(/^\$ /, '').replace(/\s(?:#|&&|\||>) .*$/, '')),
  );
}

/** Returns the words of the longest command that a line begins with: `token create`. */
function commandOf(line: string): string {
  const words = line.split(' ').slice(1);
  const lengths = words.map((_, index) => words.length - index);
  return lengths.map((length) => words.slice(0, length).join(' ')).find((each) => helps.has(each)) ?? '';
}

describe('metrics', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'daybreak-reference-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('every metric of the control plane is in docs/metrics.md, and the page has no other', async () => {
    const where = ['--data', join(folder, 'model'), '--api', '127.0.0.1:0', '--ads', '127.0.0.1:0'];
    const program = execa(process.execPath, [DAYBREAK, 'controlplane', ...where], {
      buffer: false,
      stderr: 'ignore',
      reject: false,
    });
    try {
      const [ready] = (await once(program.stdout, 'data', { signal: AbortSignal.timeout(120_000) })) as [
        Buffer,
      ];
      const { api } = JSON.parse(ready.toString()) as { api: string };
      const text = await (await fetch(`${api}/metrics`)).text();
      const documented = documentedMetrics('# Metrics').filter((name) => !ONLY_WITH_TLS.includes(name));
      expect(namesIn(text)).toEqual(documented);
    } finally {
      program.kill('SIGTERM');
      await program;
    }
  });
});

const ONLY_WITH_TLS = ['daybreak_tls_certificate_expiry_timestamp_seconds'];
