import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Host } from '../../lab/host.ts';
import { fileOf } from './endpoint-file.ts';

/** The address of ECS's agent in the network of each task. */
const ADDRESS = '169.254.170.2';

/** ECS's endpoint for the containers of tasks: task metadata and credentials of the task's role. */
export type Endpoint = {
  readonly url: string;
  /** Sets the answer for a path; undefined removes it. */
  publish(path: string, answer: object | undefined): void;
  stop(): Promise<void>;
};

/** Starts the endpoint on the host of a Docker daemon, which routes the address for its containers. */
export async function startEndpoint(host: Host): Promise<Endpoint> {
  const folder = join(host.folder, 'ecs-endpoint');
  mkdirSync(folder, { recursive: true });
  await host.exec('ip', ['address', 'add', `${ADDRESS}/32`, 'dev', 'lo']);
  const file = join(import.meta.dirname, 'endpoint-program.ts');
  const program = host.spawn('ecs-endpoint', process.execPath, [file, folder, ADDRESS, '80']);
  await program.line(/listening/);
  return {
    url: `http://${ADDRESS}`,
    publish(path, answer) {
      const place = join(folder, fileOf(path));
      if (answer === undefined) {
        rmSync(place, { force: true });
        return;
      }
      writeFileSync(`${place}.new`, JSON.stringify(answer));
      renameSync(`${place}.new`, place);
    },
    async stop() {
      await program.stop();
    },
  };
}
