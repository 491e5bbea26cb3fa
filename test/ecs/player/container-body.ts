import type { ContainerDefinition, Pair } from './definition.ts';

/** Nanoseconds. */
const SECOND = 1_000_000_000;

/** Bytes. */
const MIB = 1024 * 1024;

/** The parts of a container that come from its task. */
export type Surroundings = {
  /** The container that owns the network of the task. */
  readonly pause: string;
  /** Variables that ECS adds. */
  readonly added: readonly Pair[];
  /** The values of secrets, by their ARNs. */
  readonly secrets: Readonly<Record<string, string>>;
  /** The image to run in place of that of the definition, and its command. */
  readonly image: string;
  readonly command?: readonly string[];
  /** Docker's volume for a volume of the task. */
  readonly volume: (name: string) => string;
};

/**
 * Returns the body with which ECS has Docker create a container. A health check of the image counts for nothing, as on ECS; the
 * defaults of one in the definition are ECS's.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
 * @throws Error with the ARN of an unknown secret
 */
export function containerBody(container: ContainerDefinition, around: Surroundings): object {
  const { healthCheck, linuxParameters: { capabilities, initProcessEnabled } = {} } = container;
  const secrets = (container.secrets ?? []).map(({ name, valueFrom }) => {
    const value = around.secrets[valueFrom];
    if (value === undefined) throw new Error(`secret ${valueFrom}: the test has no value for it`);
    return { name, value };
  });
  const environment = [...(container.environment ?? []), ...secrets, ...around.added];
  const entryPoint = container.entryPoint;
  const command = around.command ?? container.command;
  return {
    Image: around.image,
    Env: environment.map(({ name, value }) => `${name}=${value}`),
    Healthcheck:
      healthCheck === undefined
        ? { Test: ['NONE'] }
        : {
            Test: healthCheck.command,
            Interval: (healthCheck.interval ?? 30) * SECOND,
            Timeout: (healthCheck.timeout ?? 5) * SECOND,
            Retries: healthCheck.retries ?? 3,
            StartPeriod: (healthCheck.startPeriod ?? 0) * SECOND,
          },
    ...(command === undefined ? {} : { Cmd: command }),
    ...(entryPoint === undefined ? {} : { Entrypoint: entryPoint }),
    ...(container.user === undefined ? {} : { User: container.user }),
    ...(container.workingDirectory === undefined ? {} : { WorkingDir: container.workingDirectory }),
    HostConfig: {
      NetworkMode: `container:${around.pause}`,
      ReadonlyRootfs: container.readonlyRootFilesystem ?? false,
      Init: initProcessEnabled ?? false,
      CapAdd: capabilities?.add ?? [],
      CapDrop: capabilities?.drop ?? [],
      Memory: (container.memory ?? 0) * MIB,
      MemoryReservation: (container.memoryReservation ?? 0) * MIB,
      Ulimits: (container.ulimits ?? []).map(({ name, softLimit, hardLimit }) => ({
        Name: name,
        Soft: softLimit,
        Hard: hardLimit,
      })),
      Binds: (container.mountPoints ?? []).map(
        ({ sourceVolume, containerPath, readOnly }) =>
          `${around.volume(sourceVolume)}:${containerPath}${(readOnly ?? false) ? ':ro' : ''}`,
      ),
    },
  };
}
