import { readFileSync } from 'node:fs';

/**
 * Returns how many processes of this process's cgroup the kernel has killed for lack of memory, from cgroup v2 (`memory.events`) or v1
 * (`memory.oom_control`); undefined where neither can be read. Envoy is in the agent's cgroup. `root`: the root of the file system.
 */
export function oomKills(root = ''): number | undefined {
  for (const file of counters(read(`${root}/proc/self/cgroup`) ?? '')) {
    const count = /^oom_kill (\d+)$/m.exec(read(`${root}/sys/fs/cgroup/${file}`) ?? '')?.[1];
    if (count !== undefined) return Number(count);
  }
  return undefined;
}

/** The files that may have the counter. In a container, its own cgroup is at the root of the mount, whatever its path says. */
function counters(cgroups: string): readonly string[] {
  const lines = cgroups.split('\n').map((line) => /^\d+:([^:]*):\/?(.*)$/.exec(line));
  const pathOf = (isWanted: (controllers: readonly string[]) => boolean) =>
    lines.find((line) => line !== null && isWanted((line[1] ?? '').split(',')))?.[2];
  const v1 = pathOf((controllers) => controllers.includes('memory'));
  const v2 = pathOf((controllers) => controllers.join() === '');
  return [
    ...(v1 === undefined ? [] : [`memory/${v1}/memory.oom_control`, 'memory/memory.oom_control']),
    ...(v2 === undefined ? [] : [`${v2}/memory.events`, 'memory.events']),
  ];
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
