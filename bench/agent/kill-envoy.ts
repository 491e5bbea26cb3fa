import { readdir, readFile } from 'node:fs/promises';
import type { EnvoyAdmin } from '../../test/lab/clients/envoy-admin.ts';
import { until } from '../../test/lab/until.ts';

/** Kills the Envoy of an agent with SIGKILL, and returns the milliseconds until its next Envoy is LIVE. `agent`: the agent's process id. */
export async function killEnvoy(agent: number, admin: EnvoyAdmin): Promise<number> {
  const envoy = await until('an Envoy', () => envoyOf(agent));
  const killedAt = performance.now();
  process.kill(envoy, 'SIGKILL');
  await until(
    'the next Envoy',
    async () => {
      const next = await envoyOf(agent);
      return next !== undefined && next !== envoy && (await admin.ready());
    },
    { everyMs: 10 },
  );
  return performance.now() - killedAt;
}

/** Returns the id of an agent's child that runs Envoy; each thread has children of its own. */
async function envoyOf(agent: number): Promise<number | undefined> {
  for (const thread of await readdir(`/proc/${agent}/task`)) {
    const children = await read(`/proc/${agent}/task/${thread}/children`);
    for (const pid of children.split(' ').filter((each) => each !== ''))
      if ((await read(`/proc/${pid}/comm`)).trim() === 'envoy') return Number(pid);
  }
  return undefined;
}

/** Reads a file of /proc; empty if the process has ended. */
function read(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
