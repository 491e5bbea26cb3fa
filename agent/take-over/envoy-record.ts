import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from './process-start.ts';
import { errorCode } from '../../common/error-code.ts';

/**
 * The facts with which the next agent takes over: the owner of the folder, and the serving Envoy. There is no Envoy in it before the first
 * one is LIVE.
 */
export type EnvoyRecord = {
  /** Envoy's node id. */
  readonly node: string;
  readonly agent: ProcessIdentity;
  readonly envoy?: ServingEnvoy;
};

/** An Envoy that serves, and its restart epoch. */
export type ServingEnvoy = ProcessIdentity & { readonly epoch: number };

const FILE = 'envoy.json';
const FORMAT = 1;

/** Writes the record into the agent's folder, atomically, with mode 0600. @throws Error of the file system */
export function writeRecord(folder: string, record: EnvoyRecord): void {
  const draft = join(folder, `${FILE}.new`);
  writeFileSync(draft, JSON.stringify({ format: FORMAT, ...record }), { mode: 0o600 });
  renameSync(draft, join(folder, FILE));
}

/** Reads the record in a folder. Returns undefined if there is none. @throws Error with the fault of the record */
export function readRecord(folder: string): EnvoyRecord | undefined {
  let text: string;
  try {
    text = readFileSync(join(folder, FILE), 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  return parseRecord(text);
}

/** Parses a record. @throws Error with the fault of the record */
export function parseRecord(text: string): EnvoyRecord {
  let read: Partial<Record<string, unknown>>;
  try {
    read = Object(JSON.parse(text)) as Partial<Record<string, unknown>>;
  } catch {
    throw new Error('it is damaged');
  }
  if (read['format'] !== FORMAT) throw new Error(`its format is ${String(read['format'])}, not ${FORMAT}`);
  const { node, agent, envoy } = read;
  if (typeof node !== 'string' || !isProcess(agent)) throw new Error('it is damaged');
  if (envoy === undefined) return { node, agent };
  if (!isProcess(envoy) || !isCount((envoy as Partial<ServingEnvoy>).epoch)) throw new Error('it is damaged');
  return { node, agent, envoy: envoy as ServingEnvoy };
}

function isProcess(value: unknown): value is ProcessIdentity {
  const { pid, start } = Object(value) as Partial<ProcessIdentity>;
  return isCount(pid) && pid > 1 && typeof start === 'string' && /^\d+$/.test(start);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
