import type { CrdKind, KubernetesObject } from './objects.ts';

/** Returns the App Mesh name of an object: its `spec.awsName`, else the controller's default from its name and namespace. */
export function appMeshName({ kind, name, namespace, spec }: KubernetesObject): string {
  const { awsName } = (spec ?? {}) as { readonly awsName?: unknown };
  return typeof awsName === 'string' && awsName !== ''
    ? awsName
    : defaultName(kind as CrdKind, name, namespace);
}

/** Returns the default name that the controller gives an object without `spec.awsName` [controller, webhooks/appmesh]. */
export function defaultName(kind: CrdKind, name: string, namespace: string): string {
  if (kind === 'Mesh') return name;
  return kind === 'VirtualService' ? `${name}.${namespace}` : `${name}_${namespace}`;
}

/**
 * Returns the name in an ARN of App Mesh, such as `arn:aws:appmesh:REGION:ACCOUNT:mesh/M/virtualService/NAME`; undefined if the text is not
 * an ARN, or is that of another kind.
 */
export function nameInArn(arn: string, kind: string): string | undefined {
  const match = /^arn:[^:]*:appmesh:[^:]*:[^:]*:mesh\/[^/]+\/(\w+)\/(.+)$/s.exec(arn);
  return match?.[1] === kind ? match[2] : undefined;
}
