import { join } from 'node:path';
import { startDocker, type Docker } from '../../docker/testing/dockerd.ts';
import { buildArchive } from '../../docker/testing/image-archive.ts';
import { createLab, type Lab } from '../../lab/lab.ts';
import { createPlayer, type Player } from '../player/player.ts';

/** The tag of the images. */
export const VERSION = '0.1.0';

/** The image with the programs that the player needs. */
export const TOOL_IMAGE = `daybreak-proxy-route-manager:${VERSION}`;

/** Docker's network of all tasks. */
export const NETWORK = 'tasks';

/** A Docker of our own with a player of tasks, and images of this checkout. */
export type Cluster = {
  readonly lab: Lab;
  readonly docker: Docker;
  readonly player: Player;
  close(): Promise<void>;
};

/** Opens a cluster with the images of these targets, besides those for tasks. */
export async function openCluster(name: string, targets: readonly string[]): Promise<Cluster> {
  const lab = await createLab({ name });
  const open: (() => Promise<unknown>)[] = [() => lab.close()];
  const close = async (): Promise<void> => {
    for (const each of open.toReversed()) await each();
  };
  try {
    const docker = await startDocker(lab);
    open.push(() => docker.stop());
    const archive = join(lab.folder, 'images.tar');
    const all = ['envoy', 'proxy-route-manager', 'controlplane', 'color', ...targets];
    await buildArchive(archive, ...all.flatMap((target) => ['--only', target]));
    await docker.load(archive);
    await docker.run('network', 'create', NETWORK);
    const player = await createPlayer(docker, NETWORK, TOOL_IMAGE);
    open.push(() => player.close());
    return { lab, docker, player, close };
  } catch (error) {
    await close();
    throw error;
  }
}
