import type { Draft } from '../draft.ts';
import { containersOf, isFargate } from '../task-definition.ts';

/** MiB: with less, the kernel may end the agent and Envoy (docs/scale.md); a limit has some room above what is reserved. */
const LEAST_RESERVATION_MIB = 160;
const LEAST_LIMIT_MIB = 192;

/**
 * Raises what is reserved for Envoy and its agent, and the limit. On EC2, a container without either in a task without a limit gets
 * a reservation, which ECS requires.
 */
export function setReservations(draft: Draft, envoy: number): void {
  const definition = draft.definition();
  const { memory, memoryReservation } = containersOf(definition)[envoy] ?? {};
  const path = ['containerDefinitions', envoy] as const;
  const reason = `Envoy and its agent need ${LEAST_RESERVATION_MIB} MiB`;
  if (typeof memory === 'number' && memory < LEAST_LIMIT_MIB)
    draft.set(
      [...path, 'memory'],
      LEAST_LIMIT_MIB,
      `${reason}, and the kernel ends a container above its limit`,
    );
  if (typeof memoryReservation === 'number' && memoryReservation < LEAST_RESERVATION_MIB)
    draft.set([...path, 'memoryReservation'], LEAST_RESERVATION_MIB, reason);
  const isOpen =
    memory !== undefined || memoryReservation !== undefined || definition['memory'] !== undefined;
  if (!isOpen && !isFargate(definition))
    draft.set([...path, 'memoryReservation'], LEAST_RESERVATION_MIB, reason);
}
