import type { Draft } from '../draft.ts';
import { containersOf, objects, type Container } from '../task-definition.ts';
import { isTelemetry } from './telemetry.ts';

/** Warns of containers with app ports that do not wait for Envoy: their first calls fail, and ECS stops them beside Envoy. */
export function checkStartOrder(draft: Draft, envoy: number): void {
  const containers = containersOf(draft.definition());
  const name = containers[envoy]?.['name'];
  const before = startedBefore(containers, envoy);
  for (const [index, container] of containers.entries()) {
    if (index === envoy || before.has(container['name']) || isTelemetry(container)) continue;
    if (objects(container['portMappings']).length === 0) continue;
    if (objects(container['dependsOn']).some(({ containerName }) => containerName === name)) continue;
    draft.report(
      'warning',
      ['containerDefinitions', index, 'dependsOn'],
      `does not wait for ${JSON.stringify(name)} to be HEALTHY: its first calls can fail, and at a stop Envoy ends beside it, not after it`,
    );
  }
}

// Envoy waits for these, directly or not.
function startedBefore(containers: readonly Container[], envoy: number): ReadonlySet<unknown> {
  const found = new Set<unknown>();
  const visit = (container: Container | undefined): void => {
    for (const { containerName } of objects(container?.['dependsOn'])) {
      if (found.has(containerName)) continue;
      found.add(containerName);
      visit(containers.find((each) => each['name'] === containerName));
    }
  };
  visit(containers[envoy]);
  return found;
}
