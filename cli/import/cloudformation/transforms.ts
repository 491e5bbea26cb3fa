import { isObject } from '../../../common/is-object.ts';
import { show } from './value.ts';

/**
 * Transforms of AWS that leave resources of App Mesh as they are: they process resources of other types, or add functions that import
 * evaluates.
 */
const HARMLESS = new Set([
  'AWS::CodeDeployBlueGreen',
  'AWS::LanguageExtensions',
  'AWS::SecretsManager-2020-07-23',
  'AWS::SecretsManager-2024-09-16',
  'AWS::Serverless-2016-10-31',
]);

/** Whether a transform may change resources of App Mesh. */
export function mayChange(name: string): boolean {
  return !HARMLESS.has(name);
}

/** Formats the problem of a transform at the top of a template. */
export function describeTransform(name: string): string {
  return describeMade(`the transform ${name}`);
}

/** Formats the problem of a part of a template that only CloudFormation processes. */
export function describeMade(part: string): string {
  return `only CloudFormation can process ${part}; import the answer of aws cloudformation get-template --template-stage Processed instead`;
}

/** Formats the problem of a `Fn::Transform`. */
export function transformMessage(argument: unknown): string {
  return describeTransform(isObject(argument) ? String(argument['Name']) : show(argument));
}
