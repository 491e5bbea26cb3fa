import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { coded } from '../codes.ts';
import { errorText } from '../../common/error-text.ts';
import type { Log } from '../../common/log.ts';
import { withAwakeTimeout } from '../../common/limits/with-timeout.ts';
import type { StateSettings } from '../settings/state-settings.ts';
import { keepFallback, keepOwn, type KeptConfig } from './keepers.ts';
import { bindingOf, stateFileName, type ProxyNode } from './node-binding.ts';
import { readState, type StateAccess, type StateReading } from './read-state.ts';
import { folderProblem } from './state-folder.ts';
import type { StoredConfig } from './state-format.ts';
import type { FileKeeper, FileKeeperStatus } from './keep-file.ts';
import { removeAbandonedDrafts } from './write-state.ts';

/** The last good configuration on disk. */
export type AgentState = {
  /** The configuration to start from; undefined if there is none. */
  readonly stored: StoredConfig | undefined;
  /** The file for the node's certificate; undefined if the folder cannot be used. */
  readonly identityFile: string | undefined;
  /**
   * Begins to keep the configuration that `kept` returns. When `signal` aborts, it is written for the last time: from then on Envoy closes
   * its listeners and drops their resources.
   */
  keep(kept: () => KeptConfig, signal: AbortSignal): void;
  /** The configuration to keep has changed. */
  changed(): void;
  /**
   * Renames the file that the agent started from, because Envoy crashes on its content. A file that other tasks share stays. Resolves after 1 s
   * at the latest, because the restart of Envoy waits for it. Never rejects.
   */
  setAside(): Promise<void>;
  status(): StateStatus;
  /** Writes the configuration for the last time, unless that was done. Resolves after 2 s at the latest. */
  stop(): Promise<void>;
};

/** Where the configuration is kept, as in `GET /status`. */
export type StateStatus = {
  /** The file that Envoy's first configuration came from. */
  readonly readFrom: string | undefined;
  /** The file that Envoy crashed on, after it was renamed. */
  readonly setAside: string | undefined;
  readonly own: StateFileStatus;
  /** Undefined without DAYBREAK_FALLBACK. */
  readonly fallback: StateFileStatus | undefined;
};

/** Status of one folder. `problem`: why nothing is kept there. */
export type StateFileStatus = Partial<FileKeeperStatus> & { readonly problem: string | undefined };

/** How long a start of the agent or Envoy waits for a folder, in milliseconds. A network file system may not answer. */
const FOLDER_MS = 1000;

/** A folder for state files; `file` is undefined if it cannot be used. */
type StateFile = {
  readonly file: string | undefined;
  readonly problem: string | undefined;
  /** Whether the file system did not answer. */
  readonly isMute: boolean;
};

/**
 * Opens the folders that keep the last good configuration, and reads the one to start from: the agent's own, else the fallback. The log has
 * a line for each file that cannot be used. The agent renames its own damaged file to end in `.damaged`.
 */
export async function openState(settings: StateSettings, node: ProxyNode, log: Log): Promise<AgentState> {
  const binding = bindingOf(node);
  const name = stateFileName(binding);
  const own = await openStateFile(settings.folder, name);
  if (own.problem !== undefined) {
    const say = settings.isNamed ? 'warn' : 'info';
    log[say](
      { folder: settings.folder, problem: own.problem },
      'the last good configuration is not kept on disk',
    );
  }
  const shared = settings.fallback === undefined ? undefined : await openStateFile(settings.fallback, name);
  if (shared?.problem !== undefined) {
    log.warn({ folder: settings.fallback, problem: shared.problem }, 'the fallback folder cannot be written');
  }

  async function read(file: string, access: StateAccess): Promise<StoredConfig | undefined> {
    const reading = await withAwakeTimeout(FOLDER_MS, 'no answer', readState(file, access, binding)).catch(
      (error: unknown): StateReading => ({ kind: 'refused', why: errorText(error), isDamaged: false }),
    );
    if (reading.kind === 'read') return reading.config;
    if (reading.kind === 'refused') {
      log.warn({ file }, `ignoring the state file ${file}: it ${reading.why}`);
      if (reading.isDamaged && access === 'own') {
        await rename(file, `${file}.damaged`).catch(() => undefined);
      }
    }
    return undefined;
  }

  const ownFile = join(settings.folder, name);
  const fallbackFile = settings.fallback === undefined ? undefined : join(settings.fallback, name);
  let readFrom: string | undefined = ownFile;
  let stored = own.isMute ? undefined : await read(ownFile, 'own');
  // A folder that does not answer blocks one thread. A second attempt would block another one of the four threads that all files share.
  if (stored === undefined && fallbackFile !== undefined && shared?.isMute !== true) {
    readFrom = fallbackFile;
    stored = await read(fallbackFile, 'shared');
  }
  if (stored !== undefined) {
    log.info({ file: readFrom, liveAt: stored.liveAt }, 'starting from the last good configuration');
  }
  return stateOf({ settings, own, shared, stored, readFrom, binding, log });
}

type Opened = {
  readonly settings: StateSettings;
  readonly own: StateFile;
  readonly shared: StateFile | undefined;
  readonly stored: StoredConfig | undefined;
  readonly readFrom: string | undefined;
  readonly binding: StoredConfig['binding'];
  readonly log: Log;
};

function stateOf({ settings, own, shared, stored, readFrom, binding, log }: Opened): AgentState {
  let ownKeeper: FileKeeper | undefined;
  let fallbackKeeper: FileKeeper | undefined;
  let stopped: Promise<unknown> | undefined;
  let setAside: string | undefined;

  function stop(): Promise<unknown> {
    stopped ??= Promise.all([ownKeeper?.stop(true), fallbackKeeper?.stop(false)]);
    return stopped;
  }

  return {
    stored,
    identityFile: own.file?.replace(/\.state$/, '.identity'),
    keep(kept, signal) {
      const common = { kept, binding, log };
      if (own.file !== undefined) ownKeeper = keepOwn({ ...common, file: own.file, keys: settings.keys });
      if (shared?.file !== undefined) fallbackKeeper = keepFallback({ ...common, file: shared.file });
      signal.addEventListener('abort', () => void stop());
    },
    changed() {
      ownKeeper?.changed();
      fallbackKeeper?.changed();
    },
    async setAside() {
      const isOwn = readFrom !== undefined && readFrom === own.file;
      const renamed = isOwn ? `${readFrom}.crashed` : undefined;
      const why = `Envoy crashes on the last good configuration from disk, and the control plane cannot be reached: Envoy starts without this configuration`;
      try {
        if (renamed !== undefined)
          await withAwakeTimeout(FOLDER_MS, 'no answer', rename(readFrom ?? '', renamed));
        setAside = renamed ?? readFrom;
        log.error(coded('STATE_SET_ASIDE', { file: readFrom, renamed }), why);
      } catch (error) {
        log.error(coded('STATE_SET_ASIDE', { file: readFrom, reason: errorText(error) }), why);
      }
    },
    status: () => ({
      readFrom: stored === undefined ? undefined : readFrom,
      setAside,
      own: stateFileStatus(own, ownKeeper),
      fallback: shared && stateFileStatus(shared, fallbackKeeper),
    }),
    stop: async () => void (await stop()),
  };
}

async function openStateFile(folder: string, name: string): Promise<StateFile> {
  const file = join(folder, name);
  let isMute = false;
  const problem = await withAwakeTimeout(FOLDER_MS, 'no answer', folderProblem(folder)).catch(
    (error: unknown) => {
      isMute = true;
      return errorText(error);
    },
  );
  if (problem !== undefined) return { file: undefined, problem, isMute };
  void removeAbandonedDrafts(file);
  return { file, problem: undefined, isMute };
}

function stateFileStatus({ problem }: StateFile, keeper: FileKeeper | undefined): StateFileStatus {
  return keeper === undefined ? { problem } : keeper.status();
}
