import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../../../test/lab/until.ts';
import { ENVOY, makeAgentHost, type AgentHost, type RunningAgent } from '../../testing/agent-host.ts';

const DAYBREAK = join(import.meta.dirname, '../../../cli/main.ts');
const PATIENT = { limitMs: 120_000 };

/** `daybreak.reload` of `GET /status`. */
export type ReloadStatusJson = {
  readonly hotRestart: string;
  readonly epoch: number;
  readonly isRunning: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly last?: { readonly outcome: string; readonly how: string; readonly message: string };
};

/** The fields of Envoy's `/server_info` that the tests read. */
export type ServerInfo = {
  readonly version: string;
  readonly command_line_options: { readonly restart_epoch?: number; readonly concurrency: number };
};

/** A host with an agent whose variables are in a file. */
export type ReloadScene = Awaited<ReturnType<typeof makeReloadScene>>;

/** Creates a host in a network namespace. Call `remove` after the test. */
export async function makeReloadScene(name: string) {
  const host: AgentHost = await makeAgentHost(name);
  const file = join(host.folder, 'agent.env');
  const write = (text: string): void => writeFileSync(file, text, { mode: 0o644 });
  write('# nothing yet\n');

  const start = (env: Readonly<Record<string, string>> = {}, shell?: string): Promise<RunningAgent> =>
    host.start(
      {
        DISABLE_HOT_RESTART: '0',
        DAYBREAK_ENV_FILE: file,
        LISTENER_DRAIN_WAIT_TIME_S: '5',
        ENVOY_CONCURRENCY: '1',
        ...env,
      },
      shell,
    );
  const reloadOf = async (agent: RunningAgent): Promise<ReloadStatusJson> =>
    ((await agent.status()).daybreak as unknown as { readonly reload: ReloadStatusJson }).reload;

  /** Writes a program that is Envoy for questions about it, and does `instead` when it is started. `"$@"` are its arguments. */
  function standIn(instead: string, envoy = ENVOY, version = `exec ${envoy} "$@"`): string {
    const folder = join(host.folder, `bin-${readdirSync(host.folder).length}`);
    mkdirSync(folder);
    const path = join(folder, 'envoy');
    const questions = `case "$*" in *--hot-restart-version*) ${version};; *"--mode validate"*) exec ${envoy} "$@";; esac`;
    writeFileSync(path, `#!/bin/sh\n${questions}\n${instead}\n`, { mode: 0o755 });
    return path;
  }

  return {
    host,
    file,
    write,
    start,
    reloadOf,
    standIn,
    /** Writes a program that becomes Envoy only after `goOn`. */
    waitingEnvoy(): { readonly path: string; readonly goOn: () => void } {
      const signal = join(host.folder, 'go-on');
      const path = standIn(`until [ -e ${signal} ]; do sleep 0.1; done; exec ${ENVOY} "$@"`);
      return { path, goOn: () => writeFileSync(signal, '') };
    },
    async startLive(env: Readonly<Record<string, string>> = {}): Promise<RunningAgent> {
      const agent = await start(env);
      await until('LIVE', async () => (await agent.status()).healthStatus === 'HEALTHY', PATIENT);
      return agent;
    },
    async reaches(what: string, holds: () => Promise<boolean>): Promise<void> {
      await until(what, () => holds().catch(() => false), PATIENT);
    },
    problems: async (agent: RunningAgent): Promise<readonly string[]> =>
      (
        (await agent.status()).daybreak as unknown as {
          readonly problems: readonly { readonly code: string }[];
        }
      ).problems.map(({ code }) => code),
    /** Runs `daybreak agent …` as the operator. Resolves with its exit code and output. */
    async operator(...args: readonly string[]): Promise<{ code: number; output: string }> {
      const command = [process.execPath, DAYBREAK, 'agent', ...args].join(' ');
      const script = `DAYBREAK_RUN_DIR=${host.folder}/runs ${command} 2>&1; echo "code $?"`;
      const text = await host.run('sh', '-c', script);
      const [, output = '', code = ''] = /^([^]*)code (\d+)\n$/.exec(text) ?? [];
      return { code: Number(code), output };
    },
    serverInfo: async (): Promise<ServerInfo> =>
      JSON.parse(await host.run('curl', '-s', '127.0.0.1:9901/server_info')) as ServerInfo,
    get: (): Promise<string> => host.run('curl', '-s', '-m', '20', '127.0.0.1:15000/x'),
    /** Sends a request, and keeps its connection. `askAgain` sends one more on it, and resolves with both answers. */
    async keepConnection(): Promise<{ askAgain: () => Promise<string> }> {
      const [first, second] = [join(host.folder, 'kept-first'), join(host.folder, 'kept-second')];
      const ask = (header: string): string =>
        `printf 'GET /x HTTP/1.1\\r\\nHost: x\\r\\n${header}\\r\\n' >&3`;
      const script = [
        'exec 3<>/dev/tcp/127.0.0.1/15000',
        ask(''),
        `read -r line <&3 && echo "$line" >${first}`,
        `until [ -e ${second} ]; do sleep 0.1; done`,
        ask('Connection: close\\r\\n'),
        'timeout 60 cat <&3',
      ].join(' && ');
      const answers = host.run('timeout', '300', 'bash', '-c', script);
      await until('the first answer', () => existsSync(first), PATIENT);
      return {
        askAgain: () => {
          writeFileSync(second, '');
          return answers;
        },
      };
    },
    async requests(): Promise<number> {
      const path = '127.0.0.1:9901/stats?filter=http.ingress.downstream_rq_completed';
      return Number(/: (\d+)/.exec(await host.run('curl', '-s', path))?.[1]);
    },
    /** Process ids of the Envoys in the namespace. */
    async envoys(): Promise<readonly number[]> {
      const script = `for p in $(ip netns pids ${name}); do grep -qx envoy /proc/$p/comm && echo $p; done; true`;
      return (await host.run('sh', '-c', script)).split('\n').filter(Boolean).map(Number);
    },
    /** The files of shared memory that the agents' Envoys have now. */
    sharedMemory(): readonly string[] {
      const runs = join(host.folder, 'runs');
      return readdirSync(runs).map((run) => {
        const baseId = BigInt(readFileSync(join(runs, run, 'base-id'), 'utf8').trim());
        return `/dev/shm/envoy_shared_memory_${baseId * 10n}`;
      });
    },
    remove: () => host.remove(),
  };
}
