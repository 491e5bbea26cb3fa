import { POST_START } from './amazon-lines.ts';
import type { Docker } from './dockerd.ts';

/** A pod with App Mesh's sidecar, by its virtual node. */
export type PodToPlay = {
  readonly name: string;
  /** `mesh/M/virtualNode/N`. */
  readonly resource: string;
  readonly appPort: number;
  /** Names that resolve to the pod. */
  readonly names: readonly string[];
  /** The image of the sidecar; it has the endpoint of the control plane, which the controller cannot inject. */
  readonly sidecarImage: string;
  readonly initImage: string;
  readonly app: {
    readonly image: string;
    readonly flags: readonly string[];
    readonly command: readonly string[];
  };
};

/** A pod that runs. */
export type Pod = {
  /** Whether the readiness probe of the sidecar succeeds. */
  isReady(): Promise<boolean>;
  /** The names of its containers in Docker. */
  readonly envoy: string;
  readonly app: string;
  /** Stops the pod as kubelet does. Returns the exit codes of sidecar and application. */
  stop(): Promise<readonly string[]>;
};

/** `terminationGracePeriodSeconds`: kubelet's 30 s are too short on a busy machine. */
const GRACE = 300;

/** The variables that Amazon's controller always sets in the sidecar, with its defaults. */
const sidecarVariables = (resource: string): Readonly<Record<string, string>> => ({
  APPMESH_RESOURCE_ARN: resource,
  APPMESH_VIRTUAL_NODE_NAME: resource,
  AWS_REGION: 'us-west-2',
  ENVOY_ADMIN_ACCESS_ENABLE_IPV6: 'false',
  APPMESH_DUALSTACK_ENDPOINT: '0',
  APPMESH_FIPS_ENDPOINT: '0',
  APPMESH_PREVIEW: '0',
  ENVOY_LOG_LEVEL: 'info',
  ENVOY_ADMIN_ACCESS_PORT: '9901',
  ENVOY_ADMIN_ACCESS_LOG_FILE: '/tmp/envoy_admin_access.log',
  APPMESH_PLATFORM_K8S_VERSION: 'v1.35.4',
  APPMESH_PLATFORM_APP_MESH_CONTROLLER_VERSION: 'v1.13.1',
  APPNET_AGENT_ADMIN_MODE: 'uds',
  APPNET_AGENT_ADMIN_UDS_PATH: '/tmp/agent.sock',
  APPMESH_PLATFORM_K8S_POD_UID: '6bd2a1a6-4f3c-4c0b-9d5c-6d1a9a9a4f11',
});

/** The variables of its init container. */
const initVariables = (appPort: number): Readonly<Record<string, string>> => ({
  APPMESH_START_ENABLED: '1',
  APPMESH_IGNORE_UID: '1337',
  APPMESH_ENVOY_INGRESS_PORT: '15000',
  APPMESH_ENVOY_EGRESS_PORT: '15001',
  APPMESH_APP_PORTS: `${appPort}`,
  APPMESH_EGRESS_IGNORED_IP: '169.254.169.254',
  APPMESH_EGRESS_IGNORED_PORTS: '22',
  APPMESH_ENABLE_IPV6: '1',
});

const READY = 'curl -s http://localhost:9901/server_info | grep state | grep -q LIVE';
const PRE_STOP = 'sleep 20';

const variables = (env: Readonly<Record<string, string>>): readonly string[] =>
  Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`]);

/**
 * Plays a pod that Amazon's controller has injected, as kubelet does with `sidecar.waitUntilProxyReady`: the init container, the sidecar with
 * its postStart hook, and after the hook the application.
 * @throws Error with the output of an init container or a hook that fails
 */
export async function playInjectedPod(docker: Docker, network: string, pod: PodToPlay): Promise<Pod> {
  const { name, resource, appPort, app, initImage, sidecarImage } = pod;
  const aliases = pod.names.flatMap((each) => ['--network-alias', each]);
  const pause = ['--detach', '--name', `${name}-pause`, '--network', network, ...aliases];
  await docker.run('run', ...pause, initImage, 'sleep', 'infinity');
  const shared = ['--network', `container:${name}-pause`];

  const init = [...shared, '--cap-add', 'NET_ADMIN', ...variables(initVariables(appPort))];
  await docker.run('run', '--rm', ...init, initImage);

  const sidecar = ['--detach', '--name', `${name}-envoy`, ...shared, '--user', '1337'];
  await docker.run('run', ...sidecar, ...variables(sidecarVariables(resource)), sidecarImage);
  const hook = await docker.try('exec', `${name}-envoy`, 'sh', '-c', POST_START);
  // kubelet ends a container whose hook fails.
  if (hook.code !== 0) throw new Error(`postStart: exit ${hook.code}: ${hook.stdout}${hook.stderr}`);

  await docker.run(
    'run',
    '--detach',
    '--name',
    `${name}-app`,
    ...shared,
    ...app.flags,
    app.image,
    ...app.command,
  );
  const exitCode = (container: string): Promise<string> =>
    docker.run('inspect', '--format', '{{.State.ExitCode}}', container);
  return {
    envoy: `${name}-envoy`,
    app: `${name}-app`,
    isReady: async () => (await docker.try('exec', `${name}-envoy`, 'sh', '-c', READY)).code === 0,
    async stop() {
      const stopSidecar = async (): Promise<void> => {
        const began = performance.now();
        await docker.run('exec', `${name}-envoy`, 'sh', '-c', PRE_STOP);
        const left = Math.max(2, GRACE - (performance.now() - began) / 1000);
        await docker.run('stop', '--time', `${Math.round(left)}`, `${name}-envoy`);
      };
      await Promise.all([stopSidecar(), docker.run('stop', '--time', `${GRACE}`, `${name}-app`)]);
      const codes = [await exitCode(`${name}-envoy`), await exitCode(`${name}-app`)];
      await docker.run('rm', '--force', '--volumes', `${name}-envoy`, `${name}-app`, `${name}-pause`);
      return codes;
    },
  };
}
