import { amended, areAmendments } from '../../common/amendments.ts';
import type { KubernetesObject } from './objects.ts';

/** Annotations, as JSON, for parts of a resource that App Mesh's kinds in Kubernetes cannot express. Amazon's controller ignores them. */
export const ANNOTATIONS = {
  /** A list of `{"key", "value"}`. */
  tags: 'daybreak/tags',
  /** Amendments of the specification: a list of `{"path", "value"}`. */
  amendments: 'daybreak/amendments',
  /** Tags and amendments of the routes in a virtual router, by their names. */
  routeTags: 'daybreak/route-tags',
  routeAmendments: 'daybreak/route-amendments',
} as const;

/** Returns the specification and the tags of an object, or of a route in it, after its annotations were applied. */
export function withAnnotations(
  { annotations }: Pick<KubernetesObject, 'annotations'>,
  spec: unknown,
  route?: string,
): { readonly spec: unknown; readonly tags?: unknown } {
  const own = (plain: string, ofRoutes: string): unknown => {
    const value = parsed(annotations[route === undefined ? plain : ofRoutes]);
    if (route === undefined) return value;
    return typeof value === 'object' && value !== null
      ? (value as Readonly<Record<string, unknown>>)[route]
      : undefined;
  };
  const amendments = own(ANNOTATIONS.amendments, ANNOTATIONS.routeAmendments);
  const tags = own(ANNOTATIONS.tags, ANNOTATIONS.routeTags);
  return {
    spec: areAmendments(amendments) ? amended(spec, amendments) : spec,
    ...(tags === undefined ? {} : { tags }),
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  } catch {
    return undefined;
  }
}
