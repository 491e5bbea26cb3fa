import { isObject } from '../is-object.ts';
import { show } from './value.ts';

/** What is told of a transform, by its name: only CloudFormation can carry it out. */
export function describeTransform(name: string): string {
  return `the template has the transform ${name}, which CloudFormation alone carries out: give what aws cloudformation get-template --template-stage Processed answers instead`;
}

/** The same of one that stands within a template. */
export function transformMessage(argument: unknown): string {
  return describeTransform(isObject(argument) ? String(argument['Name']) : show(argument));
}
