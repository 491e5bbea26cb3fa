import { existsSync } from 'node:fs';
import { mkdir, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchUsageError } from '../figures/bench.ts';

/** A limit that is in force. `remove` needs the process to have ended. */
export type CpuLimit = { readonly remove: () => Promise<void> };

const ROOT = '/sys/fs/cgroup';
/** The period of the limit, in microseconds: the kernel's default. */
const PERIOD_US = 100_000;

/**
 * Limits the processor time of one process to this share of a core, by a control group of its own, version 1 or 2.
 * @throws BenchUsageError if this machine or user has no right to make one
 */
export async function limitCpu(pid: number, cores: number): Promise<CpuLimit> {
  const quota = String(Math.round(cores * PERIOD_US));
  const isFirst =
    existsSync(join(ROOT, 'cpu/cpu.cfs_quota_us')) || !existsSync(join(ROOT, 'cgroup.controllers'));
  const folder = join(ROOT, isFirst ? 'cpu' : '.', `daybreak-bench-${pid}`);
  try {
    if (!isFirst) await writeFile(join(ROOT, 'cgroup.subtree_control'), '+cpu');
    await mkdir(folder);
    if (isFirst) {
      await writeFile(join(folder, 'cpu.cfs_period_us'), String(PERIOD_US));
      await writeFile(join(folder, 'cpu.cfs_quota_us'), quota);
    } else await writeFile(join(folder, 'cpu.max'), `${quota} ${PERIOD_US}`);
    await writeFile(join(folder, 'cgroup.procs'), String(pid));
  } catch (error) {
    throw new BenchUsageError(
      `this bench limits a process by a control group, which needs root: ${String(error)}`,
    );
  }
  return { remove: () => rmdir(folder) };
}
