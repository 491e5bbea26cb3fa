import { chmodSync, chownSync, copyFileSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../host.ts';
import type { Stage } from '../stage.ts';
import type { Program } from './program.ts';
import { SIDECAR_UID } from './sidecar.ts';

const FORWARDER = join(import.meta.dirname, 'socket-to-tcp-program.ts');

/** App Mesh's own agent: the path of its binary, and the addresses that its Envoy calls. */
export type AppMeshAgentOptions = {
  readonly binary: string;
  /** The value of APPMESH_RESOURCE_ARN. */
  readonly resource: string;
  /** The address of ADS, `host:port`. */
  readonly ads: string;
  /** The files that authenticate it to ADS over TLS. Default: ADS without TLS. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
};

/**
 * Prepares a host for App Mesh's own agent, and returns the function that starts it as uid 1337, with one worker of Envoy. To any endpoint but a unix
 * socket, it speaks TLS and signs with SigV4 by an extension that Envoy no longer has, so a program forwards a socket to the control plane.
 */
export async function prepareAppMeshAgent(
  host: Host,
  { envoy, node }: Stage,
  { binary, resource, ads, tls }: AppMeshAgentOptions,
): Promise<() => Program> {
  const inFolder = (name: string): string => join(host.folder, name);
  for (const name of ['up', 'work']) mkdirSync(inFolder(name));
  // It starts /usr/bin/envoy.
  symlinkSync(envoy, inFolder('up/envoy'));
  copyFileSync(binary, inFolder('agent'));
  chmodSync(inFolder('agent'), 0o755);
  mkdirSync(inFolder('ads'));
  chownSync(inFolder('ads'), SIDECAR_UID, SIDECAR_UID);
  const socket = inFolder('ads/socket');
  const [address = '', port = ''] = ads.split(':');
  const files = tls === undefined ? [] : [tls.ca, tls.cert, tls.key];
  // Traffic rules redirect the traffic of every other user.
  const forwarder = host.spawn('forwarder', node, [FORWARDER, socket, address, port, ...files], {
    uid: SIDECAR_UID,
  });
  await forwarder.line(/ready/);

  const layers = `lowerdir=/usr/bin,upperdir=${inFolder('up')},workdir=${inFolder('work')}`;
  const script = `mount -t overlay overlay -o "${layers}" /usr/bin &&
    exec setpriv --reuid=${SIDECAR_UID} --regid=${SIDECAR_UID} --clear-groups "${inFolder('agent')}"`;
  return () => {
    // It writes the bootstrap into an empty file.
    const bootstrap = inFolder('bootstrap.yaml');
    rmSync(bootstrap, { force: true });
    writeFileSync(bootstrap, '');
    chownSync(bootstrap, SIDECAR_UID, SIDECAR_UID);
    return host.spawn('app-mesh-agent', 'unshare', ['--mount', 'sh', '-c', script], {
      log: inFolder('agent.log'),
      env: {
        APPMESH_RESOURCE_ARN: resource,
        APPMESH_XDS_ENDPOINT: `unix://${socket}`,
        APPNET_AGENT_ADMIN_MODE: 'tcp',
        ENVOY_ADMIN_ACCESS_LOG_FILE: '/dev/null',
        // Its default, /dev/stdout, is a socket here, which Envoy cannot open.
        ENVOY_OUTLIER_DETECTION_EVENT_LOG_PATH: '/dev/null',
        ENVOY_CONFIG_FILE: bootstrap,
        ENVOY_CONCURRENCY: '1',
        LISTENER_DRAIN_WAIT_TIME_S: '5',
      },
    });
  };
}
