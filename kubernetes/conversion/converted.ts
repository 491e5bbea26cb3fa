import type { ApiKind } from '../../controlplane/mesh/resource.ts';
import type { Membership } from './membership.ts';
import type { KubernetesObject } from './objects.ts';
import type { Path } from './to-model.ts';

/** A resource of the API as an object has it. */
export type Converted = {
  readonly kind: ApiKind;
  /** The input of the create operation. Without `meshName` or `virtualGatewayName` where membership is not known. */
  readonly members: Readonly<Record<string, unknown>>;
  readonly object: KubernetesObject;
  /** Where in the object its specification stands: `['spec']`, of a route `['spec', 'routes', 0]`. */
  readonly at: Path;
  /** The mesh and gateway that it belongs to, as far as known. */
  readonly mesh: Membership | undefined;
  readonly gateway: Membership | undefined;
};

/** Something that is wrong with an object, or worth saying of it. */
export type Remark = { readonly object: KubernetesObject; readonly path: Path; readonly message: string };

/** The result of converting objects. */
export type Conversion = {
  readonly resources: readonly Converted[];
  readonly faults: readonly Remark[];
  readonly notes: readonly Remark[];
};
