import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ProxyStatus, Status } from '../../../controlplane/status/status.ts';
import { makeAuthority, type Authority } from '../../../controlplane/tls/testing/certificates.ts';
import type { Host } from '../../lab/host.ts';
import type { Lab } from '../../lab/lab.ts';
import type { Stage } from '../../lab/stage.ts';
import { until } from '../../lab/until.ts';

/** The proxy of the mesh that a guarded control plane has. */
export const FRONT = 'mesh/access/virtualNode/front';

/** Where proxies reach it. */
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

/** A control plane whose ADS is open beyond loopback, over TLS, to those who show who they are; its API is on loopback. */
export type GuardedControlPlane = {
  /** Issued its certificate, and issues those of proxies. */
  readonly authority: Authority;
  /** A path in its folder, where `ca.pem` is; also that of its log, `controlplane.log`. */
  file(name: string): string;
  /** Runs the command `daybreak` beside it; answers what that prints. */
  daybreak(command: string, ...args: readonly string[]): Promise<string>;
  /** Waits until the proxy on that host has all that it is to have. */
  inSync(host: Host): Promise<ProxyStatus>;
};

/** Starts one on a host `control`. `flags` are given the paths of its files; `env` is what operator's commands get. */
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
  const program = host.spawn(
    'controlplane',
    node,
    [bundle, 'controlplane', ...where, ...tls, ...flags(file)],
    {
      log: file('controlplane.log'),
    },
  );
  await program.line(/"ready":true/);

  const daybreak = async (command: string, ...args: readonly string[]): Promise<string> => {
    // The certificate is for the name under which proxies know it, not for this machine.
    const own = { ...env, NODE_TLS_REJECT_UNAUTHORIZED: '0', DAYBREAK_ENDPOINT: 'https://127.0.0.1:8080' };
    return (await host.exec(node, [bundle, command, ...args], { env: own })).stdout;
  };
  await daybreak('apply', '-f', file('mesh.yaml'));
  return {
    authority,
    file,
    daybreak,
    inSync: (proxy) =>
      until(
        'in sync',
        async () => {
          const { proxies } = JSON.parse(await daybreak('status', '-o', 'json')) as Status;
          const found = proxies.find(({ peer }) => peer.startsWith(`${proxy.address}:`));
          return found?.state === 'in sync' ? found : undefined;
        },
        { limitMs: 20_000, everyMs: 500 },
      ),
  };
}
