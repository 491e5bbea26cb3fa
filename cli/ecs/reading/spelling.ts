import { isObject } from '../../../common/is-object.ts';
import { Open } from '../../import/source.ts';

// AWS::ECS::TaskDefinition has the members of RegisterTaskDefinition in another spelling, and takes texts for numbers.

/** Members whose name is not simply the one with a small first letter. */
const NAMES: Readonly<Record<string, string>> = {
  ProxyConfigurationProperties: 'properties',
  EFSVolumeConfiguration: 'efsVolumeConfiguration',
  FSxWindowsFileServerVolumeConfiguration: 'fsxWindowsFileServerVolumeConfiguration',
  FilesystemId: 'fileSystemId',
  IAM: 'iam',
};

/** Members with names of the operator, which keep their spelling. */
const MAPS = new Set(['DockerLabels', 'Options', 'DriverOpts', 'Labels']);

const INTEGERS = new Set(
  `containerPort hostPort memoryReservation ignoredExitCodes restartAttemptPeriod sharedMemorySize size maxSwap swappiness
  startTimeout stopTimeout softLimit hardLimit interval timeout retries startPeriod transitEncryptionPort sizeInGiB`.split(
    /\s+/,
  ),
);

const BOOLEANS = new Set(
  `essential enabled readOnly initProcessEnabled disableNetworking privileged readonlyRootFilesystem interactive
  pseudoTerminal autoprovision configuredAtLaunch enableFaultInjection`.split(/\s+/),
);

/** Converts the properties of AWS::ECS::TaskDefinition to the input of RegisterTaskDefinition. Open values stay. */
export function inApiSpelling(
  properties: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  return members(properties, 0);
}

function members(value: Readonly<Record<string, unknown>>, depth: number): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => {
      const spelt = NAMES[name] ?? name.charAt(0).toLowerCase() + name.slice(1);
      if (MAPS.has(name) && isObject(part) && !(part instanceof Open)) return [spelt, texts(part)];
      return [spelt, converted(spelt, part, depth + 1)];
    }),
  );
}

function converted(name: string, value: unknown, depth: number): unknown {
  if (value instanceof Open) return value;
  if (Array.isArray(value)) return value.map((each) => converted(name, each, depth));
  if (isObject(value)) return members(value, depth);
  const text = String(value);
  if (BOOLEANS.has(name)) return text === 'true' ? true : text === 'false' ? false : value;
  // Of a task they are texts, of a container numbers.
  const isNumber = INTEGERS.has(name) || (depth > 1 && (name === 'cpu' || name === 'memory'));
  return isNumber && /^-?\d+$/.test(text) ? Number(text) : text;
}

function texts(map: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(map).map(([name, value]) => [name, value instanceof Open ? value : String(value)]),
  );
}
