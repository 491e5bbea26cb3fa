import { open, readFile, rename } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Log } from '../../common/log.ts';
import { seal, unseal } from '../../common/files/seal.ts';
import type { Instance } from '../translate/external-inputs.ts';
import { reasonOf } from './errors.ts';
import type { Dated } from './watch.ts';
import { errorCode } from '../../common/error-code.ts';

/** Cloud Map's last answers, by the registry's key, kept across restarts. */
export type AnswerCache = {
  readonly get: (key: string) => Dated<readonly Instance[]> | undefined;
  /** Stores an answer, and writes it to the file soon after if it is new. */
  readonly put: (key: string, instances: readonly Instance[]) => void;
  /** Waits until everything is written. */
  readonly close: () => Promise<void>;
};

type Contents = Readonly<Record<string, Dated<readonly Instance[]>>>;

const DAY = 24 * 60 * 60 * 1000;
/** How long an answer is kept that Cloud Map has not repeated, in milliseconds. */
const LIFETIME = 30 * DAY;
const VERSION = 1;

/** A cache that keeps nothing. */
export const NO_CACHE: AnswerCache = {
  get: () => undefined,
  put: () => undefined,
  close: async () => undefined,
};

/**
 * Opens the file of last answers. If the file is missing, cannot be read, or differs from what was written, the cache starts
 * empty. The file is only replaced as a whole, so it is never half written, and it holds no secrets.
 */
export async function openCache(file: string, log: Log): Promise<AnswerCache> {
  const known = new Map(Object.entries(await readCache(file, log)));
  let writing: Promise<void> | undefined;
  let isOutdated = false;

  async function write(): Promise<void> {
    while (isOutdated) {
      isOutdated = false;
      try {
        await replace(file, seal({ version: VERSION, answers: Object.fromEntries(known) }));
      } catch (error) {
        log.error({ file, reason: reasonOf(error) }, "cannot write Cloud Map's last answers to the file");
      }
    }
    writing = undefined;
  }

  return {
    get: (key) => known.get(key),
    put(key, value) {
      const last = known.get(key);
      const now = Date.now();
      if (last !== undefined && now - last.at < DAY && isDeepStrictEqual(last.value, value)) return;
      known.set(key, { value, at: now });
      isOutdated = true;
      writing ??= write();
    },
    close: async () => {
      await writing;
    },
  };
}

async function readCache(file: string, log: Log): Promise<Contents> {
  try {
    const { version, answers } = parse(await readFile(file, 'utf8')) as {
      readonly version: number;
      readonly answers: Contents;
    };
    if (version !== VERSION)
      throw new Error(`it is of version ${version}, and this program knows ${VERSION}`);
    const limit = Date.now() - LIFETIME;
    return Object.fromEntries(
      Object.entries(answers).filter(([, { value, at }]) => Array.isArray(value) && at > limit),
    );
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return {};
    log.warn(
      { file, reason: reasonOf(error) },
      "cannot read Cloud Map's last answers; starting without them",
    );
    return {};
  }
}

/** A file of an older version of the program has no checksum. */
function parse(text: string): unknown {
  return text.startsWith('{') ? JSON.parse(text) : unseal(text);
}

async function replace(file: string, contents: string): Promise<void> {
  const part = `${file}.new`;
  const handle = await open(part, 'w', 0o600);
  try {
    await handle.writeFile(contents);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, file);
}
