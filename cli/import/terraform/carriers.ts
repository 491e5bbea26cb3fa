/** Resources of Terraform in which resources of App Mesh stand as a text or a map of another form, by what that form is. */
const CARRIERS: readonly { readonly types: RegExp; readonly mark: string; readonly instead: string }[] = [
  {
    types: /^(?:kubernetes_manifest|kubectl_manifest|kustomization_resource|helm_release|k8s_manifest)$/,
    mark: 'appmesh.k8s.aws/',
    instead:
      'import its manifest as a file, or what kubectl get meshes,virtualnodes,virtualrouters,virtualservices,virtualgateways,gatewayroutes -A -o yaml prints',
  },
  {
    types: /^aws_cloudformation_stack(?:_set)?$/,
    mark: 'AWS::AppMesh::',
    instead: 'import its template as a file',
  },
];

/** Returns why a resource of another provider is left out: it has resources of App Mesh in it. Undefined for any other resource. */
export function carried(type: string, body: unknown): string | undefined {
  const carrier = CARRIERS.find(({ types }) => types.test(type));
  if (carrier === undefined || !JSON.stringify(body ?? null).includes(carrier.mark)) return undefined;
  return `resources of App Mesh in another form: ${carrier.instead}`;
}
