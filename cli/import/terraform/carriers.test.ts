import { expect, it } from 'vitest';
import { importTexts } from '../testing/run.ts';

const CONFIGURATION = `
resource "aws_appmesh_mesh" "m" {
  name = "m"
}
resource "kubernetes_manifest" "node" {
  manifest = {
    apiVersion = "appmesh.k8s.aws/v1beta2"
    kind       = "VirtualNode"
  }
}
resource "kubernetes_manifest" "other" {
  manifest = { apiVersion = "v1", kind = "Namespace" }
}
resource "aws_cloudformation_stack" "mesh" {
  template_body = <<-EOT
    Resources: { Mesh: { Type: 'AWS::AppMesh::Mesh' } }
  EOT
}
`;

it('names resources of other providers that have resources of App Mesh in them: they were passed over as other services', async () => {
  const { code, stdout } = await importTexts({ 'main.tf': CONFIGURATION });
  expect(code).toBe(0);
  expect(stdout).toContain('  1 kubernetes_manifest\n');
  expect(stdout).toContain(
    'main.tf:5 kubernetes_manifest.node: resources of App Mesh in another form: import its manifest',
  );
  expect(stdout).toContain(
    'main.tf:14 aws_cloudformation_stack.mesh: resources of App Mesh in another form: import its template',
  );
});

it('names them in a state and in what terraform show prints', async () => {
  const values = { manifest: { apiVersion: 'appmesh.k8s.aws/v1beta2' } };
  const resource = { mode: 'managed', type: 'kubernetes_manifest', name: 'node' };
  const { stdout } = await importTexts({
    'show.json': JSON.stringify({
      format_version: '1.0',
      values: { root_module: { resources: [{ ...resource, address: 'kubernetes_manifest.node', values }] } },
    }),
    'terraform.tfstate': JSON.stringify({
      version: 4,
      lineage: 'x',
      resources: [{ ...resource, instances: [{ attributes: values }] }],
    }),
  });
  expect(stdout).toContain('show.json:1 kubernetes_manifest.node: resources of App Mesh in another form');
  expect(stdout).toContain(
    'terraform.tfstate:1 kubernetes_manifest.node: resources of App Mesh in another form',
  );
});
