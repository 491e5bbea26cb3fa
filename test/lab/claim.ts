import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execa } from 'execa';
import { isAlive, ownerOf, type Owner } from './owner.ts';
import { removeRemains, type Remains } from './remains.ts';
import { SUBNETS, type Subnet } from './net/subnet.ts';
import { errorCode } from '../../common/error-code.ts';

const CLAIMS = '/run/daybreak-labs';
const LOCK_SECONDS = 600;

/** A lab's right to its name and its addresses, until it is released. */
export type Claim = Remains & { readonly name: string; readonly subnet: Subnet; release(): void };

type ClaimRecord = Remains & { readonly owner: Owner };

/**
 * Claims the lowest free subnet for a lab of this process, and removes the labs of processes that have ended.
 * The names of everything the lab makes begin with `daybreak-N-`; no other lab uses that prefix, whatever its name.
 */
export async function claimLab(label: string | undefined, temporary: string): Promise<Claim> {
  mkdirSync(CLAIMS, { recursive: true });
  return await locked(() => {
    const taken = sweep();
    const number = Array.from({ length: SUBNETS }, (_, index) => index + 1).find(
      (candidate) => !taken.has(candidate),
    );
    if (number === undefined)
      throw new Error(`all ${SUBNETS} labs of this machine are in use: see ${CLAIMS}`);
    const name = label === undefined ? `daybreak-${number}` : `daybreak-${number}-${label}`;
    const owner = ownerOf(process.pid);
    if (owner === undefined) throw new Error('/proc does not know this process: is it mounted?');
    const record: ClaimRecord = {
      owner,
      // An interface name has at most 15 characters; this prefix is all that is needed.
      link: `daybreak-${number}`,
      folder: join(temporary, name),
    };
    const file = join(CLAIMS, String(number));
    writeFileSync(file, JSON.stringify(record));
    return { ...record, name, subnet: { number }, release: () => rmSync(file, { force: true }) };
  });
}

/** Returns the numbers of the labs in use, after it removed those whose owners have ended. */
function sweep(): Set<number> {
  const live = new Set<number>();
  for (const file of readdirSync(CLAIMS).filter((name) => /^\d+$/.test(name))) {
    const record = readClaim(join(CLAIMS, file));
    if (record !== undefined && isAlive(record.owner)) {
      live.add(Number(file));
      continue;
    }
    if (record !== undefined) removeRemains(record);
    rmSync(join(CLAIMS, file), { force: true });
  }
  return live;
}

/**
 * Reads a claim. Returns undefined for one that was released since the folder was listed (a release takes no lock), and for one that is not JSON: a machine that
 * stopped in the middle of a write leaves an empty file.
 */
export function readClaim(file: string): ClaimRecord | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ClaimRecord;
  } catch (error) {
    if (error instanceof SyntaxError || errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Runs `work` in one process at a time, under a file lock that the kernel releases however its holder ends. */
async function locked<T>(work: () => T): Promise<T> {
  const holder = execa(
    'flock',
    ['--wait', String(LOCK_SECONDS), join(CLAIMS, 'lock'), 'sh', '-c', 'echo ours; cat'],
    {
      reject: false,
      buffer: false,
      stdin: 'pipe',
    },
  );
  try {
    const outcome = await Promise.race([once(holder.stdout, 'data').then(() => 'ours' as const), holder]);
    if (outcome !== 'ours') throw new Error(`no lock on ${CLAIMS} within ${LOCK_SECONDS} s`);
    return work();
  } finally {
    holder.stdin.end();
    await holder;
  }
}
