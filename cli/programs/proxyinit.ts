import { runProxyinit, type ProxyinitArgs } from '../../proxyinit/main.ts';

/** Runs proxyinit in this process. Returns its exit code. */
export async function proxyinit(args: ProxyinitArgs): Promise<number> {
  const { env, stdin, stdout, stderr } = process;
  return await runProxyinit(args, { env, stdin, stdout, stderr });
}
