// Plays task definitions under Docker as ECS does: a pause container that owns the network, ECS's redirect rules, `dependsOn`, health checks,
// stops in reverse order, task metadata version 4 and the credentials endpoint.
import { randomBytes } from 'node:crypto';
import type { Docker } from '../../docker/testing/dockerd.ts';
import { dockerEngine } from './engine.ts';
import { startEndpoint } from './endpoint.ts';
import type { PlayerParts } from './parts.ts';
import { playTask, type Task } from './play.ts';
import type { TaskPlace } from './task-network.ts';

/** A task to play: everything but what the player itself chooses. */
export type TaskToPlay = Pick<TaskPlace, 'definition'> &
  Partial<Pick<TaskPlace, 'launchType' | 'names' | 'publish' | 'secrets' | 'credentials' | 'image'>>;

/** A cluster of one machine. */
export type Player = {
  /** Starts a task; its containers start as their dependencies allow. */
  play(task: TaskToPlay): Promise<Task>;
  close(): Promise<void>;
};

/** Makes a player on a Docker daemon that has the image `toolImage`. `network`: a network of Docker that exists. */
export async function createPlayer(docker: Docker, network: string, toolImage: string): Promise<Player> {
  const endpoint = await startEndpoint(docker.host);
  const parts: PlayerParts = { docker, engine: dockerEngine(docker), endpoint, network, toolImage };
  const tasks: Task[] = [];
  return {
    async play(task) {
      const number = tasks.length + 1;
      const id = randomBytes(16).toString('hex');
      const played = await playTask(parts, {
        launchType: 'EC2',
        names: [],
        publish: [],
        secrets: {},
        credentials: undefined,
        image: ({ image }) => ({ image }),
        ...task,
        number,
        arn: `arn:aws:ecs:us-west-2:111122223333:task/default/${id}`,
      });
      tasks.push(played);
      return played;
    },
    async close() {
      await Promise.allSettled(tasks.map((each) => each.stop()));
      await endpoint.stop();
    },
  };
}
