import { isObject } from '../../../common/is-object.ts';
import { Open } from '../../import/source.ts';
import type { Draft } from '../draft.ts';
import { containersOf, isFargate, objects, type TaskDefinition } from '../task-definition.ts';

/** The longest `stopTimeout` on Fargate, in seconds (API reference, ContainerDefinition). */
const FARGATE_STOP_S = 120;
/** Ports below this number need a privilege. */
const FIRST_FREE_PORT = 1024;
const UNPRIVILEGED = 'net.ipv4.ip_unprivileged_port_start';

/** Reports a task that cannot run the images: its network mode, its platform, its limits, its memory, a missing role. */
export function checkTask(draft: Draft, envoy: number): void {
  const definition = draft.definition();
  const { networkMode, runtimePlatform, executionRoleArn } = definition;
  const isProxied = isObject(definition['proxyConfiguration']);
  if (networkMode !== 'awsvpc' && !(networkMode instanceof Open)) {
    const now = networkMode === undefined ? 'is not set' : `is ${JSON.stringify(networkMode)}`;
    if (isProxied) draft.report('error', ['networkMode'], `${now}; proxyConfiguration needs "awsvpc"`);
    else draft.report('warning', ['networkMode'], `${now}; only "awsvpc" was tried`);
  }
  const system = isObject(runtimePlatform) ? runtimePlatform['operatingSystemFamily'] : undefined;
  if (typeof system === 'string' && system.startsWith('WINDOWS')) {
    const message = `is ${JSON.stringify(system)}; the images are for LINUX`;
    draft.report('error', ['runtimePlatform', 'operatingSystemFamily'], message);
  }
  const container = containersOf(definition)[envoy] ?? {};
  if (objects(container['secrets']).length > 0 && executionRoleArn === undefined) {
    const message = 'is not set; ECS reads the secrets of containers with this role';
    draft.report('error', ['executionRoleArn'], message);
  }
  checkMemory(draft);
  if (!isFargate(definition)) return;
  const { stopTimeout } = container;
  if (typeof stopTimeout === 'number' && stopTimeout > FARGATE_STOP_S) {
    const message = `is ${stopTimeout}; Fargate allows ${FARGATE_STOP_S} s`;
    draft.report('error', ['containerDefinitions', envoy, 'stopTimeout'], message);
  }
  checkLowPorts(draft, envoy);
}

// ECS: "The total amount of memory reserved for all containers within a task must be lower than the task memory value" (API
// reference, ContainerDefinition). More for Envoy can be too much for the task. ECS has taken more than that on Fargate, where a container has
// `memory` and another one `memoryReservation`: what the task reserves already is no reason for a warning.
function checkMemory(draft: Draft): void {
  const { memory } = draft.definition();
  const available = mebibytes(memory);
  const reserved = reservedBy(draft.definition());
  if (available === undefined || reserved <= available || reserved <= reservedBy(draft.given)) return;
  const message = `is ${JSON.stringify(memory)}; the containers reserve ${reserved} MiB: the task needs more`;
  draft.report('warning', ['memory'], message);
}

function reservedBy(definition: TaskDefinition): number {
  return containersOf(definition)
    .map((each) => each['memoryReservation'] ?? each['memory'])
    .reduce((sum: number, each) => sum + (typeof each === 'number' ? each : 0), 0);
}

/** Reads the `memory` of a task: MiB as a number or text, or text such as `1 GB`. */
function mebibytes(memory: unknown): number | undefined {
  const [, digits, unit] = /^(\d+(?:\.\d+)?) ?(GB)?$/i.exec(String(memory)) ?? [];
  return digits === undefined ? undefined : Number(digits) * (unit === undefined ? 1 : 1024);
}

// Envoy never runs as root in the images, and no container gets NET_BIND_SERVICE as another user.
function checkLowPorts(draft: Draft, envoy: number): void {
  const { portMappings, systemControls } = containersOf(draft.definition())[envoy] ?? {};
  const control = objects(systemControls).find(({ namespace }) => namespace === UNPRIVILEGED);
  const first = control === undefined ? FIRST_FREE_PORT : Number(control['value']);
  for (const [index, { containerPort }] of objects(portMappings).entries()) {
    if (typeof containerPort !== 'number' || containerPort >= first) continue;
    draft.report(
      'warning',
      ['containerDefinitions', envoy, 'portMappings', index, 'containerPort'],
      `is ${containerPort}; Envoy does not run as root, and on Fargate cannot open ports below ${first}: a gateway's listener needs another port`,
    );
  }
}
