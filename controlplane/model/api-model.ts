import raw from './appmesh-2019-01-25.json' with { type: 'json' };

/** One shape (type) of AWS's API model, with its limits. */
export type Shape = {
  readonly type: 'structure' | 'list' | 'string' | 'integer' | 'long' | 'boolean' | 'timestamp';
  /** The fields of a structure. */
  readonly members?: Readonly<Record<string, Member>>;
  /** The elements of a list. */
  readonly member?: Member;
  readonly required?: readonly string[];
  readonly enum?: readonly string[];
  /** Exactly one member is set. */
  readonly union?: boolean;
  /** Limits of a number's value, a string's length in characters, or a list's length. */
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  /** The member of an output that forms the whole body. */
  readonly payload?: string;
  readonly error?: { readonly httpStatusCode: number };
};

/** A field of a structure. `location`: its part of the request; without it, the body. */
export type Member = {
  readonly shape: string;
  readonly location?: 'uri' | 'querystring';
  readonly locationName?: string;
};

type RawOperation = {
  readonly name: string;
  readonly http: { readonly method: string; readonly requestUri: string };
  readonly input: { readonly shape: string };
  readonly output: { readonly shape: string };
};

/** A version of the API as data: all operations and shapes. */
export type ApiModel = {
  /** The prefix of its operations' names in policies: `appmesh:CreateMesh`. */
  readonly service: 'appmesh' | 'daybreak';
  readonly operations: Readonly<Record<string, RawOperation>>;
  readonly shapes: Readonly<Record<string, Shape>>;
};

/** The App Mesh API of 2019-01-25, the current one. */
export const API_MODEL = { service: 'appmesh', ...raw } as unknown as ApiModel;

/** Returns the shape of that name, by default in the current model. Throws an Error for an unknown name, which is a bug. */
export function shapeNamed(name: string, model: ApiModel = API_MODEL): Shape {
  const shape = model.shapes[name];
  if (shape === undefined) throw new Error(`the API model has no shape ${name}`);
  return shape;
}
