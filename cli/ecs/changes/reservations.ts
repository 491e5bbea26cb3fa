import type { Draft } from '../draft.ts';
import { containersOf, isFargate } from '../task-definition.ts';

/** The memory that the agent and Envoy of a small mesh use, in MiB, with some room (docs/scale.md). */
const LEAST_RESERVATION_MIB = 160;
/** The limit above which the kernel ends the container, in MiB: the reservation and a fifth more, for peaks. */
const LEAST_LIMIT_MIB = 192;

/**
 * Raises `memory` and `memoryReservation` of the Envoy container to the least that Envoy and its agent need. On EC2, ECS requires
 * one of the two if the task has no `memory`: a container without both then gets a reservation.
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
