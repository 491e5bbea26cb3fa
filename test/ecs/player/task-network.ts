import type { ContainerDefinition, Pair, TaskDefinition } from './definition.ts';
import type { PlayerParts } from './parts.ts';
import { redirectRules } from './redirect-rules.ts';

/** Credentials of a task's role, in the form of ECS's endpoint. */
export type RoleCredentials = {
  readonly AccessKeyId: string;
  readonly SecretAccessKey: string;
  readonly Token: string;
  readonly Expiration: string;
};

/** A task before it has a network. */
export type TaskPlace = {
  readonly arn: string;
  /** Its number among the tasks of the player. */
  readonly number: number;
  readonly definition: TaskDefinition;
  readonly launchType: 'EC2' | 'FARGATE';
  /** Names that resolve to the task, as its service's registry has them. */
  readonly names: readonly string[];
  /** Ports that clients outside reach at the address of the machine, as through a load balancer. */
  readonly publish: readonly number[];
  readonly secrets: Readonly<Record<string, string>>;
  /** The credentials of the task's role; undefined for a task without one. */
  readonly credentials: RoleCredentials | undefined;
  /** Returns the image, and command, that stand for those of a container. */
  readonly image: (container: ContainerDefinition) => {
    readonly image: string;
    readonly command?: readonly string[];
  };
};

/** The network of a task: its pause container with the redirect rules, and its credentials. */
export type TaskNetwork = {
  /** The prefix of the names of the task's containers. */
  readonly name: string;
  /** Docker's id of the pause container. */
  readonly pause: string;
  readonly address: string;
  /** Variables that name the credentials of the task's role. */
  readonly credentials: readonly Pair[];
  /** Removes the pause container, and with it the task's names. */
  close(): Promise<void>;
};

/** Starts the pause container of a task, and writes the rules of its `proxyConfiguration` as ECS's network plugin does. */
export async function openTaskNetwork(
  { docker, engine, endpoint, network, toolImage }: PlayerParts,
  { arn, definition, number, names, credentials, publish }: TaskPlace,
): Promise<TaskNetwork> {
  const name = `${definition.family}-${number}`;
  const pause = await engine.create(`${name}-pause`, {
    Image: toolImage,
    Cmd: ['sleep', 'infinity'],
    Healthcheck: { Test: ['NONE'] },
    HostConfig: {
      NetworkMode: network,
      PortBindings: Object.fromEntries(publish.map((port) => [`${port}/tcp`, [{ HostPort: `${port}` }]])),
    },
    ExposedPorts: Object.fromEntries(publish.map((port) => [`${port}/tcp`, {}])),
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: names } } },
  });
  await engine.start(pause);
  const { NetworkSettings } = await engine.inspect(pause);
  const rules = redirectRules(definition);
  if (rules.length > 0) {
    const flags = [
      '--rm',
      '--network',
      `container:${pause}`,
      '--cap-add',
      'NET_ADMIN',
      '--entrypoint',
      'bash',
    ];
    await docker.run('run', ...flags, toolImage, '-ec', rules.join('\n'));
  }
  const path = `/v2/credentials/${arn.split('/').at(-1) ?? ''}`;
  if (credentials !== undefined) {
    endpoint.publish(path, { RoleArn: definition.taskRoleArn ?? '', ...credentials });
  }
  return {
    name,
    pause,
    address: NetworkSettings.Networks[network]?.IPAddress ?? '',
    credentials:
      credentials === undefined ? [] : [{ name: 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', value: path }],
    async close() {
      endpoint.publish(path, undefined);
      await docker.run('rm', '--force', pause);
    },
  };
}
