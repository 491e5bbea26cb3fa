import { readFile } from 'node:fs/promises';
import type { AdminClient } from '../admin/admin-client.ts';
import type { Status } from '../status/status.ts';
import { shownEnvironment, type Redact } from './redact.ts';

/** Inputs of a bundle. */
export type BundleInput = {
  readonly env: () => Readonly<Record<string, string | undefined>>;
  /** The bootstrap of the running Envoy, if the agent generated it. */
  readonly bootstrapFile: () => string | undefined;
  readonly redact: Redact;
  /** The agent's own folder. */
  readonly folder: string;
  readonly admin: Pick<AdminClient, 'ask'>;
  readonly status: () => Status;
  readonly metrics: () => string;
  readonly agentLog: () => string;
  readonly envoyLog: () => string;
};

/** The parts of a bundle by file name. Each function resolves with a text in which secrets are struck out. */
export type BundleParts = Readonly<Record<string, () => Promise<string>>>;

/** Envoy's answers: file, and path of the admin interface. Envoy itself leaves private keys out of its dump. */
const ENVOY = {
  'envoy/config_dump.json': '/config_dump?include_eds',
  'envoy/stats.txt': '/stats',
  'envoy/clusters.txt': '/clusters',
  'envoy/listeners.txt': '/listeners',
  'envoy/certs.json': '/certs',
  'envoy/server_info.json': '/server_info',
  'envoy/memory.json': '/memory',
} as const;

/** Files of the kernel about the agent's control group; version 2, then version 1. */
const CGROUP = [
  '/sys/fs/cgroup/memory.max',
  '/sys/fs/cgroup/memory.current',
  '/sys/fs/cgroup/memory.events',
  '/sys/fs/cgroup/cpu.max',
  '/sys/fs/cgroup/pids.max',
  '/sys/fs/cgroup/memory/memory.limit_in_bytes',
  '/sys/fs/cgroup/memory/memory.usage_in_bytes',
];

/** Returns the parts of a bundle. */
export function bundleParts(input: BundleInput): BundleParts {
  const { env, redact, admin, status, metrics, agentLog, envoyLog } = input;
  const text = (make: () => Promise<string> | string) => async () => redact(await make());
  const process = (name: string) => text(() => both(name, status().envoyPid));
  return {
    'settings.json': text(() => json(shownEnvironment(env(), redact))),
    'status.json': text(() => json(status())),
    'metrics.txt': text(metrics),
    'agent.log': text(agentLog),
    'envoy.log': text(envoyLog),
    'bootstrap.json': text(() => readFile(input.bootstrapFile() ?? '', 'utf8')),
    ...Object.fromEntries(
      Object.entries(ENVOY).map(([name, path]) => [name, text(() => admin.ask('GET', path))]),
    ),
    'host/limits.txt': process('limits'),
    'host/process-status.txt': process('status'),
    'host/cgroup.txt': text(async () => files(['/proc/self/cgroup', ...CGROUP])),
    'host/resolv.conf.txt': text(() => files(['/etc/resolv.conf', '/etc/hosts'])),
  };
}

function json(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** Reads a file of the agent's and of Envoy's process. */
function both(name: string, envoyPid: string): Promise<string> {
  const envoy = envoyPid === '' ? [] : [`/proc/${envoyPid}/${name}`];
  return files([`/proc/self/${name}`, ...envoy]);
}

/** Reads files, each under its name. The text of a missing file is the reason instead. */
async function files(paths: readonly string[]): Promise<string> {
  const read = async (path: string): Promise<string> => {
    const content = await readFile(path, 'utf8').catch((error: unknown) => `${String(error)}\n`);
    return `== ${path}\n${content}\n`;
  };
  return (await Promise.all(paths.map(read))).join('');
}
