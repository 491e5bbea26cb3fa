import { join } from 'node:path';
import type { Docker } from '../../../docker/testing/dockerd.ts';
import { until } from '../../../lab/until.ts';
import { NODE, type Cluster } from '../cluster/cluster.ts';
import { serviceNames, serviceVariables, writeServiceRules } from '../cluster/services.ts';
import { containerArguments, type Place } from './container-flags.ts';
import type { Container, Handler, Pod } from './pod.ts';
import { probe } from './probe.ts';
import { makeVolumes } from './volumes.ts';

/** The network of the pods in Docker. */
export const NETWORK = 'pods';
/** The image of the container that owns a pod's network: it only sleeps. */
const PAUSE = 'daybreak-proxy-route-manager:0.1.0';
/** kubelet's grace period, in seconds. */
const GRACE = 30;
/** Kubernetes does not run the health checks of images. */
const DETACHED = ['--detach', '--no-healthcheck'];
const READY = { limitMs: 900_000, everyMs: 500 };

/** A pod that runs under Docker. */
export type PlayedPod = {
  readonly pod: Pod;
  readonly address: string;
  /** The name of a container in Docker. */
  container(name: string): string;
  /** Stops the pod as kubelet does: hooks, SIGTERM, the rest of the grace period. Returns each container's exit code, by its name. */
  stop(): Promise<Readonly<Record<string, number>>>;
};

/**
 * Plays a pod under Docker as scheduler and kubelet do: init containers one after the other; then each container, after the postStart hook of the one
 * before; probes; and its status for the API server.
 * @throws Error with the output of an init container or a hook that fails
 */
export async function playPod(cluster: Cluster, docker: Docker, pod: Pod): Promise<PlayedPod> {
  const { name, namespace } = pod.metadata;
  const called = (container: string): string => `${namespace}.${name}.${container}`;
  await bind(cluster, pod);
  await docker.run(
    'run',
    ...DETACHED,
    '--name',
    called('pause'),
    ...(await networkFlags(cluster, pod)),
    PAUSE,
    'sleep',
    'infinity',
  );
  const format = `{{(index .NetworkSettings.Networks "${NETWORK}").IPAddress}}`;
  const address = await docker.run('inspect', '--format', format, called('pause'));
  const place: Place = {
    cluster,
    pod,
    podIp: address,
    volumes: await makeVolumes(cluster, pod, join(cluster.host.folder, 'volumes'), address),
    services: await serviceVariables(cluster, namespace),
  };
  const shared = ['--network', `container:${called('pause')}`];
  for (const init of pod.spec.initContainers ?? [])
    await docker.run(
      'run',
      '--name',
      called(init.name),
      ...shared,
      ...(await containerArguments(init, place)),
    );
  for (const container of pod.spec.containers) {
    const args = await containerArguments(container, place);
    await docker.run('run', ...DETACHED, '--name', called(container.name), ...shared, ...args);
    await hook(docker, called(container.name), container.lifecycle?.postStart);
  }
  for (const container of pod.spec.containers)
    await untilReady(docker, called(container.name), container, address);
  await report(cluster, pod, address);
  await writeServiceRules(cluster);
  return { pod, address, container: called, stop: () => stop(cluster, docker, pod, address, called) };
}

async function networkFlags(cluster: Cluster, { metadata, spec }: Pod): Promise<readonly string[]> {
  const names = await serviceNames(cluster, metadata.namespace);
  const aliases = (spec.hostAliases ?? []).flatMap(({ ip, hostnames }) =>
    hostnames.map((each) => `${each}:${ip}`),
  );
  const hosts = [...names.map(({ name, address }) => `${name}:${address}`), ...aliases];
  return ['--network', NETWORK, ...hosts.flatMap((each) => ['--add-host', each])];
}

async function hook(docker: Docker, container: string, handler: Handler | undefined): Promise<void> {
  if (handler?.exec === undefined) return;
  const { code, stdout, stderr } = await docker.try('exec', container, ...handler.exec.command);
  // kubelet ends a container whose postStart hook fails.
  if (code !== 0) throw new Error(`${container}: postStart: exit ${code}: ${stdout}${stderr}`);
}

async function untilReady(
  docker: Docker,
  name: string,
  container: Container,
  address: string,
): Promise<void> {
  await until(
    `${name} is ready`,
    async () => {
      const failure = await probe(docker, name, container, address);
      if (failure === undefined) return true;
      const { stdout, stderr } = await docker.try('logs', '--tail', '5', name);
      throw new Error(`${failure}\n${stdout}${stderr}`);
    },
    READY,
  );
}

async function bind(cluster: Cluster, { metadata: { name, namespace } }: Pod): Promise<void> {
  const target = { apiVersion: 'v1', kind: 'Node', name: NODE };
  const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name, namespace }, target };
  await cluster.kubectl(
    ['create', '--raw', `/api/v1/namespaces/${namespace}/pods/${name}/binding`, '-f', '-'],
    binding,
  );
}

async function report(
  cluster: Cluster,
  { metadata: { name, namespace } }: Pod,
  podIP: string,
): Promise<void> {
  const conditions = ['PodScheduled', 'Initialized', 'ContainersReady', 'Ready'].map((type) => ({
    type,
    status: 'True',
  }));
  const status = { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions };
  const patch = ['--subresource=status', '--type=merge', '--patch', JSON.stringify({ status })];
  await cluster.kubectl(['patch', 'pod', name, '-n', namespace, ...patch]);
  const service = [
    'get',
    'endpointslices',
    '-n',
    namespace,
    '-o',
    'jsonpath={.items[*].endpoints[*].addresses[*]}',
  ];
  const services = await cluster.get<{
    readonly items: readonly { readonly spec: { readonly selector?: Readonly<Record<string, string>> } }[];
  }>('services', '-n', namespace);
  const pod = await cluster.get<Pod>('pod', name, '-n', namespace);
  const isChosen = services.items.some(
    ({ spec: { selector } }) =>
      selector !== undefined &&
      Object.entries(selector).every(([key, value]) => pod.metadata.labels?.[key] === value),
  );
  if (isChosen)
    await until(
      `the services know ${podIP}`,
      async () => (await cluster.kubectl(service)).split(' ').includes(podIP),
      READY,
    );
}

async function stop(
  cluster: Cluster,
  docker: Docker,
  { metadata, spec }: Pod,
  address: string,
  called: (container: string) => string,
): Promise<Readonly<Record<string, number>>> {
  const grace = spec.terminationGracePeriodSeconds ?? GRACE;
  await cluster.kubectl(['delete', 'pod', metadata.name, '-n', metadata.namespace, '--wait=false']);
  // kube-proxy takes the pod away while the hooks run.
  const isAway = async (): Promise<boolean> =>
    (await writeServiceRules(cluster)).every((each) => !each.startsWith(`${address}:`));
  const away = until(`no service has ${address}`, isAway, READY);
  const ended = await Promise.all(
    spec.containers.map(async ({ name, lifecycle }) => {
      const began = performance.now();
      const command = lifecycle?.preStop?.exec?.command;
      if (command !== undefined) await docker.try('exec', called(name), ...command);
      const left = Math.max(2, grace - (performance.now() - began) / 1000);
      await docker.run('stop', '--time', `${Math.round(left)}`, called(name));
      return [
        name,
        Number(await docker.run('inspect', '--format', '{{.State.ExitCode}}', called(name))),
      ] as const;
    }),
  );
  await away;
  const all = [...(spec.initContainers ?? []), ...spec.containers].map(({ name }) => called(name));
  await docker.run('rm', '--force', '--volumes', ...all, called('pause'));
  await cluster.kubectl([
    'delete',
    'pod',
    metadata.name,
    '-n',
    metadata.namespace,
    '--grace-period=0',
    '--force',
  ]);
  return Object.fromEntries(ended);
}
