import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { EcsRenderOptions } from '../../../../cli/ecs/command.ts';
import { botocoreComplaints } from '../../../../cli/ecs/testing/botocore.ts';
import { runRender } from '../../../../cli/ecs/testing/run-render.ts';
import {
  ANY_CREDENTIALS,
  createCloudMapServices,
} from '../../../../controlplane/discovery/testing/cloud-map.ts';
import { request } from '../../../lab/clients/http.ts';
import { until } from '../../../lab/until.ts';
import { readTaskDefinition, type TaskDefinition } from '../../../ecs/player/definition.ts';
import type { Task } from '../../../ecs/player/play.ts';
import { NETWORK, TOOL_IMAGE, VERSION, type Cluster } from '../../../ecs/testing/cluster.ts';
import { standIn } from './stand-ins.ts';
import type { Stage } from './stories.ts';

/** The answers to `daybreak ecs render` that do not depend on the example. */
const RENDER: Partial<EcsRenderOptions> = {
  image: `daybreak-envoy:${VERSION}`,
  proxyinitImage: TOOL_IMAGE,
  xdsEndpoint: 'http://daybreak:18000',
  account: '111122223333',
  region: 'us-west-2',
};

const LIMIT = { limitMs: 180_000, everyMs: 1000 };

/** Starts a control plane without a mesh. `folder`: the examples. */
export async function createStage(cluster: Cluster, folder: string, aws: string): Promise<Stage> {
  const { docker, player, lab } = cluster;
  const tasks: Task[] = [];
  const image = `daybreak-controlplane:${VERSION}`;
  const credentials = [
    `AWS_ACCESS_KEY_ID=${ANY_CREDENTIALS.accessKeyId}`,
    `AWS_SECRET_ACCESS_KEY=${ANY_CREDENTIALS.secretAccessKey}`,
  ];
  const variables = [`AWS_ENDPOINT_URL=${aws}`, ...credentials].flatMap((each) => ['--env', each]);
  const listen = ['--api', '0.0.0.0:8080', '--ads', '0.0.0.0:18000', '--api-host', 'daybreak', '--insecure'];
  const place = ['--detach', '--name', 'daybreak', '--network', NETWORK, '--tmpfs', '/data:mode=777'];
  const region = ['--region', 'us-west-2', '--account', '111122223333'];
  const flags = ['--data', '/data', ...listen, ...region];
  await docker.run('run', ...place, ...variables, image, 'daybreak', 'controlplane', ...flags);
  const mounts = ['--volume', `${folder}:/examples:ro`, '--volume', `${lab.folder}:/documents:ro`];
  const daybreak = (...words: readonly string[]): Promise<string> => {
    const beside = [
      '--rm',
      '--network',
      NETWORK,
      ...mounts,
      '--env',
      'DAYBREAK_ENDPOINT=http://daybreak:8080',
    ];
    return docker.run('run', ...beside, image, 'daybreak', ...words);
  };
  await until(
    'the control plane',
    () => docker.run('exec', 'daybreak', 'daybreak', 'controlplane', 'ready'),
    LIMIT,
  );

  const check = async (file: string, definition: unknown): Promise<TaskDefinition> => {
    const complaints = await botocoreComplaints([definition]);
    if (complaints.length > 0) throw new Error(`${file}: ${complaints.join('; ')}`);
    return readTaskDefinition(JSON.stringify(definition));
  };
  return {
    folder,
    async importMesh(file, parameters) {
      const answers = parameters.flatMap((each) => ['--parameter', each]);
      const account = ['--account', '111122223333', '--region', 'us-west-2'];
      await daybreak('import', '-f', `/examples/${file}`, ...account, ...answers, '--apply');
    },
    async apply(documents) {
      await writeFile(
        join(lab.folder, 'mesh.yaml'),
        documents.map((each) => JSON.stringify(each)).join('\n---\n'),
      );
      await daybreak('apply', '-f', '/documents/mesh.yaml');
    },
    async render(input, options) {
      const source = 'file' in input ? { path: join(folder, input.file) } : { text: input.text };
      const { code, stdout, stderr } = await runRender(source, { ...RENDER, ...options });
      const name = 'file' in input ? input.file : 'text';
      if (code !== 0) throw new Error(`${name}: ${stderr}`);
      return check(name, JSON.parse(stdout));
    },
    async play(definition, { names, publish = [] }) {
      const task = await player.play({ definition, names, publish, launchType: 'FARGATE', image: standIn });
      tasks.push(task);
      for (const { name } of definition.containerDefinitions) await task.runs(name);
      return task;
    },
    async register(namespace, service, task, attributes) {
      const cloudMap = await createCloudMapServices(aws, 'us-west-2')(namespace, service);
      await cloudMap.register(task.arn, { AWS_INSTANCE_IPV4: task.address, ...attributes });
    },
    async answer(port, path) {
      const url = `http://${docker.host.address}:${port}${path}`;
      const { body } = await until(
        `200 of ${path}`,
        async () => {
          const answer = await request(url);
          if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body}`);
          return answer;
        },
        LIMIT,
      );
      return body;
    },
    async passed(task, container) {
      const url = 'http://localhost:9901/stats?filter=^http.*downstream_rq_2xx&usedonly';
      const text = await docker.run('exec', task.id(container), 'curl', '--silent', url);
      return [...text.matchAll(/^http\.(?!admin).*: (\d+)$/gm)].some(([, count]) => Number(count) > 0);
    },
    async log(task, container, wanted) {
      return until(
        `${container} logs ${wanted}`,
        async () => {
          const { stdout, stderr } = await docker.try('logs', task.id(container));
          return `${stdout}\n${stderr}`.split('\n').find((line) => wanted.test(line));
        },
        LIMIT,
      );
    },
    async close() {
      await Promise.allSettled(tasks.map((each) => each.stop()));
      await docker.run('rm', '--force', '--volumes', 'daybreak');
    },
  };
}
