import type { Condition, ContainerDefinition } from './definition.ts';

/** The known state of a container of a task. */
export type ContainerState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'running'; readonly id: string; readonly healthy: boolean; readonly since: number }
  | { readonly kind: 'stopped'; readonly id: string | undefined; readonly exitCode: number | undefined };

/** The states of a task's containers by name. */
export type ContainerStates = ReadonlyMap<string, ContainerState>;

/** Whether a container may start: now, later, or never because another one has ended in the wrong way. */
export type Readiness =
  | { readonly kind: 'ready' }
  | { readonly kind: 'waits'; readonly for: string }
  | { readonly kind: 'never'; readonly why: string };

/**
 * Tells whether a container may start, by its `dependsOn`.
 * https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
 */
export function readiness({ dependsOn = [] }: ContainerDefinition, states: ContainerStates): Readiness {
  let waits: Readiness | undefined;
  for (const { containerName, condition } of dependsOn) {
    const met = isMet(condition, states.get(containerName) ?? { kind: 'waiting' });
    if (met === undefined) return { kind: 'never', why: `${containerName} can no longer reach ${condition}` };
    if (!met) waits ??= { kind: 'waits', for: `${containerName} ${condition}` };
  }
  return waits ?? { kind: 'ready' };
}

/** Returns whether a container meets a condition; undefined if it no longer can. */
function isMet(condition: Condition, state: ContainerState): boolean | undefined {
  switch (condition) {
    case 'START':
      return state.kind === 'running' || (state.kind === 'stopped' && state.id !== undefined);
    case 'COMPLETE':
      return state.kind === 'stopped';
    case 'SUCCESS':
      return state.kind === 'stopped' ? (state.exitCode === 0 ? true : undefined) : false;
    case 'HEALTHY':
      return state.kind === 'stopped' ? undefined : state.kind === 'running' && state.healthy;
  }
}

/** Returns whether ECS may stop a container: when all containers that depend on it, by any condition, have stopped. */
export function mayStop(
  name: string,
  containers: readonly ContainerDefinition[],
  states: ContainerStates,
): boolean {
  return containers
    .filter(({ dependsOn = [] }) => dependsOn.some(({ containerName }) => containerName === name))
    .every((dependent) => states.get(dependent.name)?.kind === 'stopped');
}
