import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa, ExecaError } from 'execa';
import { inTurn } from '../../../scripts/install/install-atomically.mjs';
import { isOnPath } from './on-path.ts';

/** A client that is built from the sources in the folder of its name beside this file. */
export type Built = {
  readonly name: string;
  /** The programs on the PATH that it needs. */
  readonly needs: readonly string[];
  /** The command that builds it into `folder`; it runs in the folder of the sources. */
  readonly build: (folder: string) => readonly [command: string, ...args: string[]];
};

/** The folder of the programs that the set-up installs. */
const INSTALLED = join(import.meta.dirname, '../../../.daybreak');
/** Time-out of a build, in milliseconds: the first build downloads from the Go module proxy or Maven Central. */
const LIMIT_MS = 570_000;

/** Returns why a client cannot be built on this machine; undefined if it can. */
export function whyNot({ needs }: Built): string | undefined {
  const missing = needs.filter((program) => !isOnPath(program));
  return missing.length === 0 ? undefined : `there is no ${missing.join(' and no ')} on the PATH`;
}

/** Builds a client, unless the same sources were built before; test files that need it take turns. Returns the folder. */
export async function built(client: Built): Promise<string> {
  const sources = join(import.meta.dirname, client.name);
  const folder = join(INSTALLED, `client-${client.name}-${digest(sources)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(INSTALLED, { recursive: true });
  const turn = { folder: INSTALLED, signal: AbortSignal.timeout(LIMIT_MS) };
  await inTurn(
    turn,
    async () => {
      if (!existsSync(folder)) await buildInto(folder, sources, client);
    },
    `lock-${client.name}`,
  );
  return folder;
}

async function buildInto(folder: string, sources: string, { name, build }: Built): Promise<void> {
  const former = readdirSync(INSTALLED).filter((other) => other.startsWith(`client-${name}-`));
  const part = await mkdtemp(join(INSTALLED, 'part-'));
  try {
    const [command, ...args] = build(part);
    await execa(command, args, { cwd: sources, timeout: LIMIT_MS, stdin: 'ignore' });
    await rename(part, folder);
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    throw new Error(`building the client in ${sources} failed:\n${error.stdout}\n${error.stderr}`, {
      cause: error,
    });
  } finally {
    await rm(part, { recursive: true, force: true });
  }
  for (const other of former) await rm(join(INSTALLED, other), { recursive: true, force: true });
}

function digest(folder: string): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted()) {
    const file = join(folder, name);
    if (statSync(file).isFile()) hash.update(`${name}\0`).update(readFileSync(file));
  }
  return hash.digest('hex').slice(0, 12);
}
