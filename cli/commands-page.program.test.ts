import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { afterEach, beforeEach, expect, it } from 'vitest';

// Runs every example with a prompt in the pages about commands, in order, and compares the output with the page.

/** Each page; it has more examples than this number. */
const PAGES = [
  ['commands.md', 20],
  ['import.md', 8],
] as const;
const DOCS = join(import.meta.dirname, '../docs');

const DAYBREAK = join(import.meta.dirname, 'main.ts');

let folder: string;
let endpoint: string;
let stop: () => Promise<unknown>;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'daybreak-page-'));
  const where = ['--data', join(folder, 'model'), '--api', '127.0.0.1:0', '--ads', '127.0.0.1:0'];
  const program = execa(process.execPath, [DAYBREAK, 'controlplane', ...where], {
    reject: false,
    stdin: 'ignore',
    stderr: 'ignore',
  });
  stop = async () => {
    program.kill();
    return await program;
  };
  const [ready] = (await once(program.stdout, 'data', { signal: AbortSignal.timeout(120_000) })) as [Buffer];
  endpoint = (JSON.parse(ready.toString()) as { api: string }).api;
});
afterEach(async () => {
  await stop();
  await rm(folder, { recursive: true });
});

/** A command of the page, and the output below it. */
type Example = { readonly command: string; readonly output: string };

it.each(PAGES)('%s: the commands print what the page says', { timeout: 600_000 }, async (name, least) => {
  const page = await readFile(join(DOCS, name), 'utf8');
  for (const [file, content] of filesOf(page)) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), content);
  }
  const examples = examplesOf(page);
  expect(examples.length).toBeGreaterThan(least);
  const outputs = await run(examples.map(({ command }) => command));
  expect(examples.map(({ command }, index) => ({ command, output: plain(outputs[index] ?? '') }))).toEqual(
    examples.map(({ command, output }) => ({ command, output: plain(output) })),
  );
});

// Finds the blocks of YAML whose first line is a comment with a file name.
function filesOf(page: string): readonly (readonly [string, string])[] {
  return [...page.matchAll(/^```yaml\n(# (\S+)\n[^]*?)^```$/gm)].map(([, content = '', name = '']) => [
    name,
    content,
  ]);
}

function examplesOf(page: string): readonly Example[] {
  const blocks = [...page.matchAll(/^```console\n([^]*?)^```$/gm)].map(([, text = '']) => text);
  return blocks.flatMap((block) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((text) => {
        const [command = '', ...output] = text.split('\n');
        return { command, output: output.join('\n') };
      }),
  );
}

/** Runs the commands in one shell. Returns the output of each, stdout and stderr. */
async function run(commands: readonly string[]): Promise<readonly string[]> {
  const daybreak = join(folder, 'daybreak');
  // The checkout may be in a folder with a blank in its name.
  await writeFile(daybreak, `#!/bin/sh\nexec '${process.execPath}' '${DAYBREAK}' "$@"\n`);
  await chmod(daybreak, 0o755);
  const marker = '\u0001';
  const steps = commands.map((command) => `code=$?; printf '${marker}'; (exit $code)\n${command}`);
  const { all } = await execa('bash', ['-c', `exec 2>&1\n${steps.join('\n')}`], {
    cwd: folder,
    all: true,
    reject: false,
    extendEnv: false,
    stripFinalNewline: false,
    env: { PATH: `${folder}:${process.env['PATH']}`, HOME: folder, LC_ALL: 'C', DAYBREAK_ENDPOINT: endpoint },
  });
  return all.split(marker).slice(1);
}

// Replaces parts that differ in each run.
function plain(text: string): string {
  return text
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g, 'TIME')
    .replaceAll(/(At: )\d+(?:\.\d+)?/g, '$1SECONDS')
    .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID');
}
