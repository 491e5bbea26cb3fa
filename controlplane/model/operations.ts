import type { Kind } from '../mesh/resource.ts';
import { API_MODEL, shapeNamed, type Shape } from './api-model.ts';

/** What an operation does to a kind of resource. */
export type Verb = 'Create' | 'Describe' | 'Update' | 'Delete' | 'List';

/** What all operations have. `path` has its parameters in braces. */
type Common = {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly inputShape: string;
  readonly input: Shape;
  readonly output: Shape;
};

/** One of the 35 operations on the seven kinds. */
export type ResourceOperation = Common & {
  readonly verb: Verb;
  readonly kind: Kind;
  /** The member of the output that is the data object, or the list of references. */
  readonly result: string;
  /** The shape of the data object, or of one reference. */
  readonly resultShape: string;
};

/** One of the three operations on tags. */
export type TagOperation = Common & {
  readonly verb: 'TagResource' | 'UntagResource' | 'ListTagsForResource';
};

/** An operation of the API. */
export type Operation = ResourceOperation | TagOperation;

/** All 38 operations, in the order of the model. */
export const OPERATIONS: readonly Operation[] = Object.values(API_MODEL.operations).map(
  ({ name, http, input, output }): Operation => {
    const common: Common = {
      name,
      method: http.method,
      path: http.requestUri,
      inputShape: input.shape,
      input: shapeNamed(input.shape),
      output: shapeNamed(output.shape),
    };
    if (name === 'TagResource' || name === 'UntagResource' || name === 'ListTagsForResource') {
      return { ...common, verb: name };
    }
    const verb = /^(?:Create|Describe|Update|Delete|List)/.exec(name)?.[0];
    if (verb === undefined) throw new Error(`the API model has an operation with an unknown verb: ${name}`);
    return { ...common, verb: verb as Verb, ...resultOf(common.output) };
  },
);

// A data object is the payload `route` of shape RouteData; a list is `routes`, its elements of shape RouteRef.
function resultOf(output: Shape): Pick<ResourceOperation, 'kind' | 'result' | 'resultShape'> {
  const members = output.members ?? {};
  const result = output.payload ?? Object.keys(members).find((member) => member !== 'nextToken') ?? '';
  const shape = members[result]?.shape ?? '';
  const resultShape = shapeNamed(shape).member?.shape ?? shape;
  const noun = resultShape.replace(/(?:Data|Ref)$/, '');
  return { kind: (noun.charAt(0).toLowerCase() + noun.slice(1)) as Kind, result, resultShape };
}
