import { setTimeout as sleep } from 'node:timers/promises';
import { until } from '../../lab/until.ts';
import { containerBody } from './container-body.ts';
import { isEssential, type ContainerDefinition } from './definition.ts';
import { openTaskNetwork, type TaskPlace } from './task-network.ts';
import type { PlayerParts } from './parts.ts';
import type { Inspected } from './engine.ts';
import { containerMetadata, taskMetadata, type DescribedTask, type Desired } from './metadata.ts';
import { mayStop, readiness, type ContainerState } from './order.ts';

/** Milliseconds between two looks at the containers of a task. */
const EVERY_MS = 100;

/** ECS's stopTimeout of a container without one, in seconds. */
const STOP_TIMEOUT = 30;

/** How long a container may take until it runs, for a busy machine. */
const RUNS = { limitMs: 600_000, everyMs: 50 };

/** How a task ended. */
export type TaskEnd = {
  readonly why: string;
  /** The containers that had started, in the order in which they ended. */
  readonly order: readonly string[];
  readonly exitCodes: Readonly<Record<string, number | undefined>>;
  /** The end of the log of each container that ended by itself with a failure. */
  readonly lastWords: Readonly<Record<string, string>>;
};

/** A task that the player plays. */
export type Task = {
  readonly arn: string;
  /** Its address, which all of its containers share. */
  readonly address: string;
  state(container: string): ContainerState;
  /** Docker's id of a container that has started. */
  id(container: string): string;
  /**
   * Waits until a container runs.
   * @throws Error with the reason and the last words of its containers if the task ends instead
   */
  runs(container: string): Promise<void>;
  /** Stops the task as ECS does, and waits for its end. */
  stop(): Promise<TaskEnd>;
  /** Settles when all containers have ended; rejects if Docker fails. */
  readonly ended: Promise<TaskEnd>;
};

/**
 * Plays a task: starts each container when its dependencies allow it, ends the task when an essential one ends, and stops
 * containers in reverse order.
 */
export async function playTask(parts: PlayerParts, place: TaskPlace): Promise<Task> {
  const { docker, engine, endpoint } = parts;
  const { definition, arn, number } = place;
  const containers = definition.containerDefinitions;
  const states = new Map<string, ContainerState>(containers.map(({ name }) => [name, { kind: 'waiting' }]));
  const inspected = new Map<string, Inspected>();
  const stopping = new Map<string, Promise<void>>();
  const order: string[] = [];
  const lastWords: Record<string, string> = {};
  const network = await openTaskNetwork(parts, place);
  let desired: Desired = 'RUNNING';
  let why = '';
  const end = (reason: string): void => {
    if (desired === 'STOPPED') return;
    desired = 'STOPPED';
    why = reason;
  };
  const stateOf = (name: string): ContainerState => states.get(name) ?? { kind: 'waiting' };
  const path = (name: string): string => `/v4/${number}-${name}`;

  const publish = (): void => {
    const known = containers.flatMap((each) => {
      const found = inspected.get(each.name);
      return found === undefined ? [] : [{ definition: each, inspected: found }];
    });
    const task: DescribedTask = { ...place, desired, address: network.address, containers: known };
    for (const each of containers) endpoint.publish(`${path(each.name)}/task`, taskMetadata(task));
    for (const each of known) endpoint.publish(path(each.definition.name), containerMetadata(task, each));
  };
  const look = async (name: string, id: string): Promise<void> => {
    const found = await engine.inspect(id);
    inspected.set(name, found);
    const { Status, ExitCode, Health } = found.State;
    if (Status === 'exited' || Status === 'dead') {
      states.set(name, { kind: 'stopped', id, exitCode: ExitCode });
      order.push(name);
      if (ExitCode === 0 || stopping.has(name)) return;
      const { stdout, stderr } = await docker.try('logs', '--tail', '5', id);
      lastWords[name] = `${stdout}${stderr}`;
    } else {
      const state = stateOf(name);
      const since = state.kind === 'running' ? state.since : Date.now();
      states.set(name, { kind: 'running', id, healthy: Health?.Status === 'healthy', since });
    }
  };
  const start = async (container: ContainerDefinition): Promise<void> => {
    const { name } = container;
    const metadata = `${endpoint.url}${path(name)}`;
    const added = [
      { name: 'ECS_CONTAINER_METADATA_URI_V4', value: metadata },
      { name: 'AWS_EXECUTION_ENV', value: `AWS_ECS_${place.launchType}` },
      ...network.credentials,
    ];
    const { secrets, image } = place;
    const volume = (each: string): string => `${network.name}-${each}`;
    const body = containerBody(container, {
      ...image(container),
      pause: network.pause,
      added,
      secrets,
      volume,
    });
    const id = await engine.create(`${network.name}-${name}`, body);
    await engine.start(id);
    await look(name, id);
  };
  const step = async (): Promise<void> => {
    for (const [name, state] of states) if (state.kind === 'running') await look(name, state.id);
    const ended = containers.find((each) => isEssential(each) && stateOf(each.name).kind === 'stopped');
    if (ended !== undefined) end(`the essential container ${ended.name} has ended`);
    for (const each of containers.filter(({ name }) => stateOf(name).kind === 'waiting')) {
      const ready = readiness(each, states);
      if (ready.kind === 'never') end(`${each.name} cannot start: ${ready.why}`);
      if (desired === 'STOPPED')
        states.set(each.name, { kind: 'stopped', id: undefined, exitCode: undefined });
      else if (ready.kind === 'ready') await start(each);
    }
    publish();
    if (desired === 'RUNNING') return;
    for (const { name, stopTimeout } of containers) {
      const state = stateOf(name);
      if (state.kind !== 'running' || stopping.has(name) || !mayStop(name, containers, states)) continue;
      stopping.set(name, engine.stop(state.id, stopTimeout ?? STOP_TIMEOUT));
    }
  };
  const play = async (): Promise<TaskEnd> => {
    try {
      while ([...states.values()].some(({ kind }) => kind !== 'stopped')) {
        await step();
        await sleep(EVERY_MS);
      }
      await Promise.all(stopping.values());
    } finally {
      await network.close();
    }
    const codes = Array.from(states, ([name, state]) => [
      name,
      state.kind === 'stopped' ? state.exitCode : undefined,
    ]);
    return { why, order, exitCodes: Object.fromEntries(codes) as TaskEnd['exitCodes'], lastWords };
  };
  const ended = play();
  ended.catch(() => undefined);
  return {
    arn,
    address: network.address,
    state: stateOf,
    id(container) {
      const state = stateOf(container);
      if (state.kind === 'waiting' || state.id === undefined) throw new Error(`${container} has not started`);
      return state.id;
    },
    async runs(container) {
      const gone = ended.then((early) => {
        throw new Error(`${definition.family} ended: ${JSON.stringify(early)}`);
      });
      const runs = until(`${container} runs`, () => stateOf(container).kind === 'running', RUNS);
      await Promise.race([gone, runs]);
    },
    stop() {
      end('it was stopped');
      return ended;
    },
    ended,
  };
}
