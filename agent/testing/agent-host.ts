import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { endProcesses } from '../../test/lab/end-processes.ts';
import type { Resource } from '../../xds/types.ts';
import { startControlPlane } from './control-plane.ts';

const NODE_ID = 'mesh/m/virtualNode/n';

/** The Envoy to try with. */
export const ENVOY = process.env['DAYBREAK_ENVOY'] ?? 'envoy';

type Env = Readonly<Record<string, string | undefined>>;

/** A network namespace with a control plane in reach and, once started, an agent in it. */
export type AgentHost = {
  /** The name of the network namespace. */
  readonly namespace: string;
  /** A folder of the test's own, world-readable, with the control plane's socket in it. */
  readonly folder: string;
  /** Runs a program in the namespace and answers its stdout. */
  run(...command: readonly string[]): Promise<string>;
  /** Has another program, root's, listen on an address, until the end. */
  take(address: string, port: number): Promise<void>;
  /** Starts the agent. `shell` is what bash runs, `agent` in it stands for the agent; `user` are options of setpriv. */
  start(env?: Env, shell?: string, user?: string): Promise<RunningAgent>;
  /** Folders that agents made for themselves and have not removed. */
  runFolders(): readonly string[];
  stopControlPlane(): void;
  remove(): void;
};

/** An agent that was started. */
export type RunningAgent = {
  readonly shell: ChildProcess;
  /** All that came out of the shell's stdout and stderr so far. */
  output(): string;
  /** Process id of the agent. */
  pid(): number;
  kill(signal: NodeJS.Signals): void;
  /** The shell's exit code once it has ended. */
  readonly ended: Promise<number | null>;
  status(): Promise<AgentStatus>;
};

/** The fields of `GET /status` that tests read. */
export type AgentStatus = {
  readonly healthStatus: string;
  readonly envoyPid: string;
  readonly envoyState: string;
  readonly envoyRestartCount: string;
  readonly managementServerConnectionStatus: string;
  readonly initialConfigUpdateStatus: string;
  readonly daybreak: {
    readonly configuration: string;
    readonly notReady: readonly string[];
    readonly state: {
      readonly readFrom?: string;
      readonly own: { readonly written?: string; readonly problem?: string };
    };
    readonly droppedOutputBytes: number;
    readonly supervisor: { readonly state: string };
    readonly problems: readonly { readonly code: string; readonly problem: string }[];
  };
};

/**
 * Makes a host with a control plane and an agent. `certificate`: a secret of the control plane, for a listener with TLS on port 15004.
 * `listeners`: further listeners. `nodeId`: whom the control plane serves.
 */
export async function makeAgentHost(
  name: string,
  certificate?: Resource,
  listeners: Parameters<typeof startControlPlane>[3] = [],
  nodeId = NODE_ID,
): Promise<AgentHost> {
  execFileSync('ip', ['netns', 'add', name]);
  execFileSync('ip', ['-n', name, 'link', 'set', 'lo', 'up']);
  const folder = mkdtempSync(join(tmpdir(), 'dbpi-agent-'));
  chmodSync(folder, 0o755);
  const runs = join(folder, 'runs');
  mkdirSync(runs);
  chmodSync(runs, 0o777);
  const socket = join(folder, 'control-plane.sock');
  const controlPlane = await startControlPlane(socket, nodeId, certificate, listeners);

  const run: AgentHost['run'] = async (...command) => {
    const { stdout } = await promisify(execFile)('ip', ['netns', 'exec', name, ...command], {
      timeout: 240_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  };

  const take: AgentHost['take'] = async (address, port) => {
    const script = `net.createServer().listen(${port}, '${address}', () => console.log('taken'))`;
    const other = spawn('ip', ['netns', 'exec', name, process.execPath, '-e', script]);
    await once(other.stdout, 'data');
  };

  async function start(env: Env = {}, shell = 'exec agent', user = ''): Promise<RunningAgent> {
    // `ip netns exec` and the shell before it become the agent, so the process id stays.
    const program = join(folder, 'agent');
    const inside = `ip netns exec ${name} setpriv ${user} '${process.execPath}' '${join(import.meta.dirname, 'run-agent.ts')}'`;
    writeFileSync(program, `#!/bin/sh\necho $$ > ${folder}/pid\nexec ${inside}\n`, { mode: 0o755 });
    const child = spawn('bash', ['-c', shell.replaceAll('agent', program)], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        APPMESH_RESOURCE_ARN: NODE_ID,
        APPMESH_XDS_ENDPOINT: `unix://${socket}`,
        DAYBREAK_ENVOY: ENVOY,
        TMPDIR: runs,
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    }
    const pid = () => Number(readFileSync(join(folder, 'pid'), 'utf8'));
    return {
      shell: child,
      output: () => output,
      pid,
      kill: (signal) => process.kill(pid(), signal),
      ended: once(child, 'close').then(([code]) => code as number | null),
      status: async () => JSON.parse(await run('curl', '-s', '127.0.0.1:9902/status')) as AgentStatus,
    };
  }

  return {
    namespace: name,
    folder,
    run,
    take,
    start,
    runFolders: () => readdirSync(runs),
    stopControlPlane: () => controlPlane.stop(),
    remove() {
      controlPlane.stop();
      // A killed process that is not yet gone may still write to the folder.
      endProcesses([name]);
      execFileSync('ip', ['netns', 'del', name]);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
