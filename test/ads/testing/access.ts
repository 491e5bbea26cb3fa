import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProxyStatus, Status } from '../../../controlplane/status/status.ts';
import { makeAuthority, type Authority } from '../../../controlplane/tls/testing/certificates.ts';
import type { Host } from '../../lab/host.ts';
import type { Lab } from '../../lab/lab.ts';
import type { Stage } from '../../lab/stage.ts';
import { until } from '../../lab/until.ts';

/** The proxy in the mesh of a guarded control plane. */
export const FRONT = 'mesh/access/virtualNode/front';

/** The ADS address for proxies. */
export const ADS = 'control:18443';

const MESH = `
meshName: access
spec: {}
---
meshName: access
virtualNodeName: front
spec:
  listeners:
    - portMapping: { port: 9080, protocol: http }
  serviceDiscovery:
    dns: { hostname: front.local }
`;

/** A control plane whose ADS is open beyond loopback, over TLS, to authenticated proxies; its API is on loopback. */
export type GuardedControlPlane = {
  /** The authority that issued its certificate, and issues those of proxies. */
  readonly authority: Authority;
  /** Returns a path in its folder, which contains `ca.pem` and its log, `controlplane.log`. */
  file(name: string): string;
  /** Runs the command `daybreak` on its host; returns the output. */
  daybreak(command: string, ...args: readonly string[]): Promise<string>;
  /** Kills it. */
  kill(): Promise<void>;
  /** Starts it again after it was killed, on the same store and addresses. */
  startAgain(): Promise<void>;
  /** Waits until the proxy on that host is in sync. */
  inSync(host: Host): Promise<ProxyStatus>;
};

/** Starts a guarded control plane on a host `control`. `flags` gets the paths of its files; `env`: variables of `daybreak` commands. */
export async function startGuardedControlPlane(
  lab: Lab,
  { node, daybreak: bundle }: Stage,
  files: Readonly<Record<string, string>>,
  flags: (file: (name: string) => string) => readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<GuardedControlPlane> {
  const host = await lab.host('control');
  const file = (name: string): string => join(host.folder, name);
  const authority = await makeAuthority();
  const { cert, key } = await authority.issue({ alternative: [{ type: 'dns', value: 'control' }] });
  const all = { 'ca.pem': authority.pem, 'cert.pem': cert, 'key.pem': key, 'mesh.yaml': MESH, ...files };
  for (const [name, content] of Object.entries(all)) await writeFile(file(name), content);
  const where = ['--data', file('model'), '--api', '127.0.0.1:8080', '--ads', `${host.address}:18443`];
  const tls = ['--tls-cert', file('cert.pem'), '--tls-key', file('key.pem')];
  const start = async () => {
    const args = [bundle, 'controlplane', ...where, ...tls, ...flags(file)];
    const started = host.spawn('controlplane', node, args, { log: file('controlplane.log') });
    await started.line(/"ready":true/);
    return started;
  };
  let program = await start();

  const daybreak = async (command: string, ...args: readonly string[]): Promise<string> => {
    // The certificate is for the name that proxies use, not for this machine.
    const own = { ...env, NODE_TLS_REJECT_UNAUTHORIZED: '0', DAYBREAK_ENDPOINT: 'https://127.0.0.1:8080' };
    return (await host.exec(node, [bundle, command, ...args], { env: own })).stdout;
  };
  await daybreak('apply', '-f', file('mesh.yaml'));
  return {
    authority,
    file,
    daybreak,
    async kill() {
      program.kill('SIGKILL');
      await program.ended;
    },
    async startAgain() {
      program = await start();
    },
    inSync: (proxy) =>
      until(
        'in sync',
        async () => {
          const { proxies } = JSON.parse(await daybreak('status', '-o', 'json')) as Status;
          const found = proxies.find(({ peer }) => peer.startsWith(`${proxy.address}:`));
          return found?.state === 'in sync' ? found : undefined;
        },
        { limitMs: 120_000, everyMs: 500 },
      ),
  };
}
