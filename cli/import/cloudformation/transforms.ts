import { isObject } from '../../../common/is-object.ts';
import { show } from './value.ts';

/** Formats the problem of a transform at the top of a template. */
export function describeTransform(name: string): string {
  return `only CloudFormation can process the transform ${name}; import the answer of aws cloudformation get-template --template-stage Processed instead`;
}

/** Formats the problem of a `Fn::Transform`. */
export function transformMessage(argument: unknown): string {
  return describeTransform(isObject(argument) ? String(argument['Name']) : show(argument));
}
