import { Open } from '../../import/source.ts';
import { isTelemetry } from '../checks/telemetry.ts';
import type { Draft } from '../draft.ts';
import { isProxyinit } from './images.ts';
import { containersOf, objects, type Container } from '../task-definition.ts';

/**
 * Adds what the task's own order needs: containers with app ports wait for an Envoy that is HEALTHY, and Envoy for proxyinit's
 * SUCCESS. ECS stops in reverse, so Envoy also ends after the app. Containers that Envoy itself waits for are left alone.
 */
export function setStartOrder(
  draft: Draft,
  envoy: number,
  options: { readonly proxyinitImage: string | undefined },
): void {
  const containers = containersOf(draft.definition());
  const name = containers[envoy]?.['name'];
  for (const [index, container] of containers.entries()) {
    if (index === envoy || !isProxyinit(container, options)) continue;
    const reason = "the rules are there before Envoy's first connection, and proxyinit ends by itself";
    waitFor(draft, envoy, container['name'], 'SUCCESS', reason);
    draft.set(
      ['containerDefinitions', index, 'essential'],
      false,
      'ECS stops a task when an essential container ends',
    );
  }
  const before = startedBefore(containersOf(draft.definition()), envoy);
  for (const [index, container] of containers.entries()) {
    if (index === envoy || before.has(container['name']) || isTelemetry(container)) continue;
    if (objects(container['portMappings']).length === 0) continue;
    const reason =
      'its first calls would fail before Envoy is there, and at a stop Envoy would end beside it, not after it';
    waitFor(draft, index, name, 'HEALTHY', reason);
  }
}

function waitFor(
  draft: Draft,
  index: number,
  on: unknown,
  condition: 'HEALTHY' | 'SUCCESS',
  reason: string,
): void {
  const { dependsOn } = containersOf(draft.definition())[index] ?? {};
  if (typeof on !== 'string' || dependsOn instanceof Open) return;
  const waits = objects(dependsOn);
  const found = waits.findIndex(({ containerName }) => containerName === on);
  if (found !== -1 && waits[found]?.['condition'] === condition) return;
  const place = found === -1 ? waits.length : found;
  const entry = { containerName: on, condition };
  draft.set(['containerDefinitions', index, 'dependsOn', place], entry, reason);
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
