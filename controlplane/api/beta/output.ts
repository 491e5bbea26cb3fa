import type { ApiKind, ApiSpecs } from '../../mesh/resource.ts';
import type { ResourceOperation } from '../../model/operations.ts';
import type { Output } from '../operations/context.ts';
import { only, toBetaSpec } from './specs.ts';

/** Converts a response of the current API to the beta's. A virtual router's specification is already the beta's. */
export function toBetaOutput(operation: ResourceOperation, answer: Output): Output {
  const { verb, kind, resultShape, outputShape } = operation;
  if (verb === 'List') return only(outputShape, answer) as Output;
  const { spec } = answer;
  const translated =
    spec === undefined || kind === 'virtualRouter' ? spec : toBetaSpec(kind, spec as ApiSpecs[ApiKind]);
  return only(resultShape, { ...answer, spec: translated }) as Output;
}
