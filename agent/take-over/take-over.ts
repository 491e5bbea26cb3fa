import { lstatSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createAdminClient } from '../admin/admin-client.ts';
import { errorText } from '../../common/error-text.ts';
import type { Log } from '../../common/log.ts';
import { coded } from '../codes.ts';
import { isEpochLive } from '../health.ts';
import { ADMIN_SOCKET, FOLDER_PREFIX, removeFolder } from '../run-folder.ts';
import { createBaseIds } from '../supervisor/replace/base-id.ts';
import type { EnvoyProcess } from '../supervisor/envoy-process/envoy-process.ts';
import { adoptedEnvoy, endProcess } from './adopted-envoy.ts';
import { readRecord, writeRecord, type EnvoyRecord, type ServingEnvoy } from './envoy-record.ts';
import { guardedIn, startGuard } from './guard.ts';
import { isRunning, type ProcessIdentity } from './process-start.ts';

/** An Envoy that serves without an agent, and is this agent's from now on, with the folder of the agent before. */
export type TakenOver = {
  readonly folder: string;
  readonly envoy: EnvoyProcess;
  readonly epoch: number;
  /** Envoys that it has replaced before, and that end by themselves. */
  readonly retiring: readonly ProcessIdentity[];
};

/** Inputs of `takeOver`. */
export type TakeOverInput = {
  /** The folder in which agents make theirs. */
  readonly parent: string;
  /** Envoy's node id. */
  readonly node: string;
  readonly self: ProcessIdentity;
  /** How long Envoy may keep serving if this agent ends, too. */
  readonly seconds: number;
  readonly log: Log;
};

/** How long Envoy has to answer: another process may use the processors. */
const ANSWER_MS = 5000;
const POLL_MS = 100;

/**
 * Looks for what an agent of this node has left in `parent`, and takes its Envoy over. Ends an Envoy that cannot be taken over, and says
 * why. Returns undefined if there is none to take over. Never rejects.
 */
export async function takeOver(input: TakeOverInput): Promise<TakenOver | undefined> {
  for (const folder of foldersIn(input.parent)) {
    try {
      const record = readRecord(folder);
      if (record === undefined || record.node !== input.node || isRunning(record.agent)) continue;
      const taken = await takeFrom(folder, record, input);
      if (taken !== undefined) return taken;
    } catch (error) {
      sayColdStart(input.log, folder, `envoy.json cannot be used: ${errorText(error)}`);
    }
  }
  return undefined;
}

/** The folders of agents that only this user can have written to. */
function foldersIn(parent: string): readonly string[] {
  let names: readonly string[] = [];
  try {
    names = readdirSync(parent).filter((name) => name.startsWith(FOLDER_PREFIX));
  } catch {
    // The agent's own folder cannot be created there either, and that error has the reason.
  }
  return names
    .map((name) => join(parent, name))
    .filter((path) => {
      const found = lstatSync(path, { throwIfNoEntry: false });
      return found?.isDirectory() === true && found.uid === process.getuid?.() && (found.mode & 0o077) === 0;
    });
}

async function takeFrom(
  folder: string,
  record: EnvoyRecord,
  { self, node, seconds, log }: TakeOverInput,
): Promise<TakenOver | undefined> {
  const guarded = guardedIn(folder).filter(isRunning);
  const problem = whyNot(record, guarded) ?? (await whySilent(folder, record.envoy));
  const { envoy } = record;
  if (problem === undefined && envoy !== undefined) {
    // First starts another guard, so that Envoy always has one.
    const guard = startGuard(envoy.pid, { folder, seconds });
    if (guarded.filter(({ pid }) => pid === envoy.pid).every(({ take }) => take())) {
      writeRecord(folder, { node, agent: self, envoy });
      removeSockets(folder);
      log.info({ pid: envoy.pid, epoch: envoy.epoch }, 'took over the Envoy of the previous agent');
      const retiring = guarded.filter(({ pid }) => pid !== envoy.pid);
      return { folder, envoy: adoptedEnvoy(envoy, guard), epoch: envoy.epoch, retiring };
    }
    guard.release();
    sayColdStart(log, folder, 'its guard has ended it, or another agent has taken it over');
    return undefined;
  }
  sayColdStart(log, folder, problem ?? '');
  await Promise.all(guarded.filter(({ take }) => take()).map(endProcess));
  createBaseIds(join(folder, 'base-id'), false).remove();
  removeFolder(folder);
  return undefined;
}

/** Returns why the Envoy of a record cannot be taken over; undefined if it may. */
export function whyNot({ envoy }: EnvoyRecord, running: readonly ProcessIdentity[]): string | undefined {
  if (envoy === undefined) return 'no Envoy was LIVE';
  const isIt = running.some(({ pid, start }) => pid === envoy.pid && start === envoy.start);
  if (!isIt) return `Envoy ${envoy.pid} has ended`;
  const next = running.find(({ pid, start }) => pid !== envoy.pid && Number(start) >= Number(envoy.start));
  return next && `Envoy ${next.pid} was about to replace Envoy ${envoy.pid}`;
}

async function whySilent(folder: string, envoy: ServingEnvoy | undefined): Promise<string | undefined> {
  if (envoy === undefined) return undefined;
  const admin = createAdminClient(join(folder, ADMIN_SOCKET));
  const until = performance.now() + ANSWER_MS;
  do {
    if (await isEpochLive(admin, envoy.epoch)) return undefined;
    await delay(POLL_MS);
  } while (performance.now() < until && isRunning(envoy));
  return `Envoy ${envoy.pid} does not answer as one that is LIVE`;
}

/** Removes the sockets of the agent before, so that ours can be there. Envoy's own stays. */
function removeSockets(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true }))
    if (entry.isSocket() && entry.name !== ADMIN_SOCKET) rmSync(join(folder, entry.name), { force: true });
}

function sayColdStart(log: Log, folder: string, why: string): void {
  log.warn(coded('NO_TAKE_OVER', { folder }), `cannot take over from the previous agent: ${why}`);
}
