import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { bundle } from '../../test/lab/programs/bundle.ts';
import { nodeFlags } from '../../test/lab/programs/node-flags.ts';
import type { TelemetryStatus } from '../../agent/telemetry/telemetry.ts';

/** The counts of a process, its CPU time in milliseconds and its memory in bytes. */
export type Measured = Pick<TelemetryStatus, 'inputs' | 'outputs'> & {
  readonly cpuMs: number;
  readonly rss: number;
};

/** The agent's telemetry as a process of its own. */
export type MeasuredAgent = AsyncDisposable & { readonly measure: () => Promise<Measured> };

/** Bundles the program into a folder, as the agent of an image is. Returns its path. */
export async function bundleAgent(folder: string): Promise<string> {
  const { daybreak } = await bundle({ entry: join(import.meta.dirname, 'agent-program.ts'), folder });
  return daybreak;
}

/** Starts the bundled program with these variables. */
export async function startMeasuredAgent(
  program: string,
  env: Readonly<Record<string, string>>,
): Promise<MeasuredAgent> {
  // As the installed agent with telemetry: see agent/run/open-telemetry.ts.
  const flags = [...nodeFlags('agent'), '--optimize-for-size'];
  const child = spawn(process.execPath, [...flags, program], {
    env: { ...env, PATH: process.env['PATH'] },
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const measure = async (): Promise<Measured> => {
    child.stdin.write('\n');
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the program ended');
    return JSON.parse(value) as Measured;
  };
  await measure();
  return {
    measure,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
    },
  };
}
