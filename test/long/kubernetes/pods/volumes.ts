import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import type { Cluster } from '../cluster/cluster.ts';
import { fieldOf, type Pod, type Source, type Volume } from './pod.ts';

type Data = { readonly data?: Readonly<Record<string, string>> };

/** Makes a pod's volumes as folders of this machine, and returns each one's path by its name. Claims keep their contents from pod to pod. */
export async function makeVolumes(
  cluster: Cluster,
  pod: Pod,
  folder: string,
  podIp: string,
): Promise<ReadonlyMap<string, string>> {
  const paths = new Map<string, string>();
  for (const volume of pod.spec.volumes ?? []) {
    const claim = volume.persistentVolumeClaim?.claimName;
    const place =
      claim === undefined ? join(folder, pod.metadata.name, volume.name) : join(folder, 'claims', claim);
    await mkdir(place, { recursive: true });
    for (const [name, text] of Object.entries(await filesOf(cluster, pod, volume, podIp)))
      await writeFile(join(place, name), text, { mode: 0o644 });
    await own(place, pod.spec.securityContext?.fsGroup, claim !== undefined || volume.emptyDir !== undefined);
    paths.set(volume.name, place);
  }
  return paths;
}

/** Gives a volume to the group of the pod, as kubelet does. Without one, a folder to write into is everybody's. */
async function own(place: string, group: number | undefined, writable: boolean): Promise<void> {
  if (group !== undefined) await execa('chgrp', ['-R', `${group}`, place]);
  await execa('chmod', [writable ? (group === undefined ? '0777' : '2775') : '0755', place]);
}

async function filesOf(
  cluster: Cluster,
  pod: Pod,
  volume: Volume,
  podIp: string,
): Promise<Readonly<Record<string, string | Buffer>>> {
  const { configMap, secret, projected, emptyDir, persistentVolumeClaim } = volume;
  if (configMap !== undefined) return configMapFiles(cluster, pod, configMap.name);
  if (secret !== undefined) {
    const { data = {} } = await cluster.get<Data>('secret', secret.secretName, '-n', pod.metadata.namespace);
    return Object.fromEntries(
      Object.entries(data).map(([name, text]) => [name, Buffer.from(text, 'base64')]),
    );
  }
  if (projected !== undefined) {
    const all = await Promise.all(
      projected.sources.map((source) => filesOfSource(cluster, pod, source, podIp)),
    );
    return Object.assign({}, ...all) as Record<string, string>;
  }
  if (emptyDir !== undefined || persistentVolumeClaim !== undefined) return {};
  throw new Error(`${pod.metadata.name}: the player does not know the kind of volume ${volume.name}`);
}

async function configMapFiles(
  cluster: Cluster,
  pod: Pod,
  name: string,
): Promise<Readonly<Record<string, string>>> {
  return (await cluster.get<Data>('configmap', name, '-n', pod.metadata.namespace)).data ?? {};
}

async function filesOfSource(
  cluster: Cluster,
  pod: Pod,
  { serviceAccountToken, configMap, downwardAPI }: Source,
  podIp: string,
): Promise<Readonly<Record<string, string>>> {
  if (configMap !== undefined) return configMapFiles(cluster, pod, configMap.name);
  if (serviceAccountToken !== undefined) {
    const account = pod.spec.serviceAccountName ?? 'default';
    const token = await cluster.kubectl(['create', 'token', account, '-n', pod.metadata.namespace]);
    return { [serviceAccountToken.path]: token.trim() };
  }
  const items = downwardAPI?.items ?? [];
  return Object.fromEntries(
    items.map(({ path, fieldRef }) => [path, fieldOf(pod, fieldRef.fieldPath, podIp)]),
  );
}
