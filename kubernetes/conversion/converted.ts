import type { ApiKind } from '../../controlplane/mesh/resource.ts';
import type { Membership } from './membership.ts';
import type { KubernetesObject } from './objects.ts';
import type { Path } from './to-model.ts';

/** A resource of the API, converted from an object. */
export type Converted = {
  readonly kind: ApiKind;
  /** The input of the create operation, without `meshName` or `virtualGatewayName` if the membership is unknown. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly object: KubernetesObject;
  /** The path of its specification in the object: `['spec']`, for a route `['spec', 'routes', 0]`. */
  readonly at: Path;
  /** The mesh and gateway that it belongs to, as far as known. */
  readonly mesh: Membership | undefined;
  readonly gateway: Membership | undefined;
};

/** A fault of an object, or a remark about it. */
export type Remark = { readonly object: KubernetesObject; readonly path: Path; readonly message: string };

/** The result of converting objects. */
export type Conversion = {
  readonly resources: readonly Converted[];
  readonly faults: readonly Remark[];
  readonly notes: readonly Remark[];
};
