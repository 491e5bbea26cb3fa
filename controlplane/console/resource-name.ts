import { arnOf } from '../mesh/arn.ts';
import type { ResourceId } from '../mesh/resource.ts';
import type { ResourceName } from './contract.ts';

/** Returns the name of a resource for the pages. `region`: that of ARNs. */
export function resourceName(id: ResourceId, region: string): ResourceName {
  const { kind, owner, mesh, parent, name } = id;
  return { kind, owner, mesh, parent, name, arn: arnOf(id, region) };
}
