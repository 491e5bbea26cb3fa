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
  '--max-semi-space-size': 'node',
  '--network': 'docker',
  '--stop-timeout': 'docker',
  '--no-': "the beginning of proxyinit's flags that switch something off",
};

/** Flags of scripts without a `--help`; bench/README.md describes those of the benches. */
const SCRIPTS = ['--all', '--out', '--only', '--stage', '--build-arg', '--reports'];
const BENCHES = ['--floor', '--quick', '--rounds', '--soak', '--streams', '--variants', '--json'];

/** The help text of each command, by the command's words. */
const helps = new Map<string, string>();
/** Every flag that a page may name. */
const known = new Set<string>([...SCRIPTS, ...BENCHES, ...Object.keys(OTHERS)]);
beforeAll(async () => {
  await collect([]);
  const demo = await run(join(ROOT, 'demo/main.ts'), '--help');
  for (const flag of [...helps.values(), demo, IMAGES_USAGE].flatMap(flagsOf)) known.add(flag);
}, 120_000);

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
