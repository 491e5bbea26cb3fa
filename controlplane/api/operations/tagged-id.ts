import { parseArn } from '../../mesh/arn.ts';
import type { ResourceId } from '../../mesh/resource.ts';
import { badRequest } from '../../http/errors.ts';
import type { Input } from '../../model/input.ts';

/**
 * Returns the resource that the input of an operation on tags names.
 * @throws ApiError BadRequestException if `resourceArn` is not the ARN of a resource of a mesh
 */
export function taggedId(region: string, input: Input): ResourceId {
  const arn = String(input['resourceArn']);
  const id = parseArn(arn, region);
  if (id !== undefined) return id;
  throw badRequest(
    `Value '${arn.slice(0, 300)}' at 'resourceArn' is not the ARN of a resource of a mesh in region ${region}.`,
  );
}
