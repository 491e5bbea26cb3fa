import type { Draft } from '../draft.ts';
import { containersOf, objects, valueOf } from '../task-definition.ts';

/** The port of Envoy's admin interface by default. */
const ADMIN_PORT = '9901';

/**
 * Reports that Envoy's admin interface is mapped and only on loopback: Envoy of App Mesh listened on all addresses, so a health check of a
 * load balancer or a scraper may ask there.
 */
export function checkAdminPort(draft: Draft, envoy: number): void {
  const { portMappings, environment } = containersOf(draft.definition())[envoy] ?? {};
  const variables = objects(environment);
  if (valueOf(variables, 'DAYBREAK_ADMIN_ADDRESS') !== undefined) return;
  const port = valueOf(variables, 'ENVOY_ADMIN_ACCESS_PORT') ?? ADMIN_PORT;
  if (typeof port !== 'string') return;
  const index = objects(portMappings).findIndex(({ containerPort }) => String(containerPort) === port);
  if (index === -1) return;
  draft.report(
    'warning',
    ['containerDefinitions', envoy, 'portMappings', index, 'containerPort'],
    `is ${port}, Envoy's admin interface, which the agent serves on loopback only: if a load balancer's health check or a scraper asks there, set DAYBREAK_ADMIN_ADDRESS to 0.0.0.0`,
  );
}
