import type { ApiKind } from '../mesh/resource.ts';
import { API_MODEL, shapeNamed, type ApiModel, type Shape } from './api-model.ts';
import { BETA_MODEL } from './beta-model.ts';
import { DAYBREAK_MODEL } from './daybreak-model.ts';

/** The verb of an operation on a kind of resource. */
export type Verb = 'Create' | 'Describe' | 'Update' | 'Delete' | 'List';

/** The common part of all operations. `path` has its parameters in braces. */
type Common = {
  readonly name: string;
  /** The API version of the operation. */
  readonly model: ApiModel;
  readonly method: string;
  readonly path: string;
  readonly inputShape: string;
  readonly input: Shape;
  readonly outputShape: string;
  readonly output: Shape;
};

/** An operation on a kind of resource: App Mesh has 35 on seven kinds (19 on four in the beta), Daybreak 15 on three more. */
export type ResourceOperation = Common & {
  readonly verb: Verb;
  readonly kind: ApiKind;
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

/** All 38 operations of App Mesh's current API, in the order of the model. */
export const OPERATIONS: readonly Operation[] = operationsOf(API_MODEL);

/** All 19 operations of the beta API, in the order of its model. */
export const BETA_OPERATIONS: readonly Operation[] = operationsOf(BETA_MODEL);

/** The operation that creates a join token. Tokens are no kind of resource: nothing shows them again. */
export const CREATE_JOIN_TOKEN = 'CreateJoinToken';

const OWN_OPERATIONS: readonly Operation[] = operationsOf(DAYBREAK_MODEL);

/** The 15 operations on Daybreak's own kinds. */
export const DAYBREAK_OPERATIONS: readonly Operation[] = OWN_OPERATIONS.filter(
  ({ name }) => name !== CREATE_JOIN_TOKEN,
);

const byName: ReadonlyMap<string, Operation> = new Map(
  [...OPERATIONS, ...OWN_OPERATIONS].map((each) => [each.name, each]),
);

/** Returns the current API's operation of that name, Daybreak's own included. Throws an Error for an unknown name, which is a bug. */
export function operationNamed(name: string): Operation {
  const operation = byName.get(name);
  if (operation === undefined) throw new Error(`the API has no operation ${name}`);
  return operation;
}

/** Does the same as `operationNamed`, for operations on kinds of resources only. */
export function resourceOperationNamed(name: string): ResourceOperation {
  const operation = operationNamed(name);
  if (!('kind' in operation)) throw new Error(`operation ${name} is not on a kind of resource`);
  return operation;
}

function operationsOf(model: ApiModel): readonly Operation[] {
  return Object.values(model.operations).map(({ name, http, input, output }): Operation => {
    const common: Common = {
      name,
      model,
      method: http.method,
      path: http.requestUri,
      inputShape: input.shape,
      input: shapeNamed(input.shape, model),
      outputShape: output.shape,
      output: shapeNamed(output.shape, model),
    };
    if (name === 'TagResource' || name === 'UntagResource' || name === 'ListTagsForResource') {
      return { ...common, verb: name };
    }
    const verb = /^(?:Create|Describe|Update|Delete|List)/.exec(name)?.[0];
    if (verb === undefined) throw new Error(`the API model has an operation with an unknown verb: ${name}`);
    return { ...common, verb: verb as Verb, ...resultOf(common) };
  });
}

// A data object is the payload `route` of shape RouteData; a list is `routes`, with elements of shape RouteRef.
function resultOf({ output, model }: Common): Pick<ResourceOperation, 'kind' | 'result' | 'resultShape'> {
  const members = output.members ?? {};
  const result = output.payload ?? Object.keys(members).find((member) => member !== 'nextToken') ?? '';
  const shape = members[result]?.shape ?? '';
  const resultShape = shapeNamed(shape, model).member?.shape ?? shape;
  const noun = resultShape.replace(/(?:Data|Ref)$/, '');
  return { kind: (noun.charAt(0).toLowerCase() + noun.slice(1)) as ApiKind, result, resultShape };
}
