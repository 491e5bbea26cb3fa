import { cpuMs, residentKb } from '../push/process-cost.ts';

/** The use of a process: CPU time since the last look, and memory. */
export type Cost = { readonly cpuMs: number; readonly residentMb: number };

/** Returns a function that looks at a process: its CPU time since the last look, and its resident memory. */
export async function followCost(pid: number): Promise<() => Promise<Cost>> {
  let before = await cpuMs(pid);
  return async () => {
    const [now, resident] = await Promise.all([cpuMs(pid), residentKb(pid)]);
    const cost = { cpuMs: now - before, residentMb: resident / 1000 };
    before = now;
    return cost;
  };
}
