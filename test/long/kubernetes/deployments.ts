import type { Docker } from '../../docker/testing/dockerd.ts';
import { until } from '../../lab/until.ts';
import type { Cluster } from './cluster/cluster.ts';
import { playPod, type PlayedPod } from './pods/player.ts';
import type { Pod } from './pods/pod.ts';

type Meta = {
  readonly name: string;
  readonly generation?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly { readonly name: string }[];
};
type Deployment = { readonly metadata: Meta; readonly status?: { readonly observedGeneration?: number } };
type List<T> = { readonly items: readonly T[] };

const PATIENCE = { limitMs: 900_000, everyMs: 500 };
const REVISION = 'deployment.kubernetes.io/revision';

/** Plays the pods that a Deployment has made of its newest template and that do not run yet. Waits for the first one. */
export async function playDeployment(
  cluster: Cluster,
  docker: Docker,
  namespace: string,
  name: string,
): Promise<readonly PlayedPod[]> {
  const pods = await until(`pods of ${name}`, () => newPods(cluster, namespace, name), PATIENCE);
  const played: PlayedPod[] = [];
  for (const pod of pods) played.push(await playPod(cluster, docker, pod));
  return played;
}

async function newPods(
  cluster: Cluster,
  namespace: string,
  name: string,
): Promise<readonly Pod[] | undefined> {
  const { metadata, status } = await cluster.get<Deployment>('deployment', name, '-n', namespace);
  if (status?.observedGeneration !== metadata.generation) return undefined;
  const sets = await cluster.get<List<{ readonly metadata: Meta }>>('replicasets', '-n', namespace);
  const newest = sets.items.find(
    (set) =>
      set.metadata.ownerReferences?.some((owner) => owner.name === name) === true &&
      set.metadata.annotations?.[REVISION] === metadata.annotations?.[REVISION],
  );
  const pods = await cluster.get<List<Pod & { readonly metadata: Meta }>>('pods', '-n', namespace);
  const found = pods.items.filter(
    (pod) =>
      pod.status?.podIP === undefined &&
      pod.metadata.ownerReferences?.some((owner) => owner.name === newest?.metadata.name) === true,
  );
  return found.length === 0 ? undefined : found;
}
