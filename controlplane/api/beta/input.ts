import { resourceOperationNamed, type ResourceOperation } from '../../model/operations.ts';
import { readShape, type RequestParts } from '../validation/read-input.ts';
import type { Input } from '../../model/input.ts';
import { ruleViolations } from '../rules/rules.ts';
import { shapeViolations } from '../validation/validate.ts';
import { elementPath, refuse, type Violation } from '../validation/violation.ts';
import { toCurrentSpec } from './specs.ts';

/** A call of the beta API in terms of the current API. */
export type BetaInput = {
  /** The input of the current API's operation of the same name. */
  readonly input: Input;
  /** The service names of a virtual router; undefined if the call does not contain them. */
  readonly serviceNames: readonly string[] | undefined;
};

/**
 * Reads the input of a beta operation: validates it against the beta's model, converts it to the current API, and validates
 * the result against the current model and its further rules. Paths in the error are the beta's.
 * @throws ApiError BadRequestException that lists every violation
 */
export function readBetaInput(operation: ResourceOperation, parts: RequestParts): BetaInput {
  const given = readShape(operation, parts);
  const current = resourceOperationNamed(operation.name);
  if (operation.kind === 'virtualRouter' && given['spec'] !== undefined) {
    const { serviceNames } = given['spec'] as { readonly serviceNames?: readonly string[] };
    const input = { ...given, spec: {} };
    refuse([...violations(current, input), ...serviceNameViolations(input, serviceNames ?? [])]);
    return { input, serviceNames: serviceNames ?? [] };
  }
  const spec = given['spec'] as Readonly<Record<string, unknown>> | undefined;
  const input = spec === undefined ? given : { ...given, spec: toCurrentSpec(operation.kind, spec) };
  refuse(violations(current, input).map((each) => ({ ...each, path: betaPath(each.path) })));
  return { input, serviceNames: undefined };
}

function violations({ inputShape }: ResourceOperation, input: Input): readonly Violation[] {
  const found = shapeViolations(inputShape, input);
  return found.length > 0 ? found : ruleViolations(inputShape, input);
}

function betaPath(path: string): string {
  return path
    .replace(/^(spec\.backends\.\d+\.member)\.virtualService\.virtualServiceName$/, '$1')
    .replace(/^spec\.serviceDiscovery\.dns\.hostname$/, 'spec.serviceDiscovery.dns.serviceName');
}

// Each name becomes the name of a virtual service, so it must be a valid one.
function serviceNameViolations({ meshName }: Input, names: readonly string[]): readonly Violation[] {
  return names.flatMap((virtualServiceName, index): readonly Violation[] => {
    const path = elementPath('spec.serviceNames', index);
    if (names.indexOf(virtualServiceName) < index) {
      return [{ path, value: virtualServiceName, constraint: 'Member must not be given twice' }];
    }
    const found = ruleViolations('CreateVirtualServiceInput', { meshName, virtualServiceName, spec: {} });
    return found.filter((each) => each.path === 'virtualServiceName').map((each) => ({ ...each, path }));
  });
}
