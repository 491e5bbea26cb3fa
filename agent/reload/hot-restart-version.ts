import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { errorText } from '../../common/error-text.ts';
import { ReloadRefusal } from './reload-outcome.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const LIMIT_MS = 10_000;

/**
 * Checks that Envoy `binary` can take over from the running process `pid`: both name the same version of the protocol between them, such as
 * `11.104`. Executes the running program through `/proc`, because its file may have been replaced. @throws ReloadRefusal
 */
export async function checkHotRestartVersion(binary: string, pid: number, env: Environment): Promise<void> {
  const [next, running] = await Promise.all([
    versionOf(binary, env).catch((error: unknown) => {
      throw new ReloadRefusal('ENVOY_CANNOT_RUN', `${binary} cannot be executed: ${errorText(error)}`);
    }),
    // Some systems forbid to execute another process's program. Envoy compares the versions itself, too.
    versionOf(`/proc/${pid}/exe`, env).catch(() => undefined),
  ]);
  if (running === undefined || next === running) return;
  throw new ReloadRefusal(
    'HOT_RESTART_VERSION',
    `${binary} cannot take over from the running Envoy: its version of hot restart is ${next}, that of the running one ${running}`,
  );
}

async function versionOf(binary: string, env: Environment): Promise<string> {
  const { stdout } = await promisify(execFile)(binary, ['--hot-restart-version'], {
    env: { ...env },
    timeout: LIMIT_MS,
  });
  return stdout.trim();
}
