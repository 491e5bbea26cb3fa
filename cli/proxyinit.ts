import { runProxyinit } from '../proxyinit/main.ts';

/** Runs proxyinit with these variables; answers its exit code. */
export async function proxyinit(command: string, dryRun: boolean, env: NodeJS.ProcessEnv): Promise<number> {
  if (command !== 'apply') throw new Error(`proxyinit ${command}: the command has to be apply`);
  return await runProxyinit({ command, dryRun }, env, process.stdout);
}
