import { expect, it } from 'vitest';
import { importTexts } from '../../testing/run.ts';

const CONFIGURATION = `
variable "specs" {
  default = [{ type = "ALLOW_ALL" }]
}
resource "aws_appmesh_mesh" "shop" {
  name = "shop"
  dynamic "spec" {
    for_each = var.specs
    content {
      egress_filter {
        type = spec.value.type
      }
    }
  }
}
`;

it('makes the specification of a resource: a dynamic block of the resource itself was an unknown member', async () => {
  const { code, files } = await importTexts({ 'main.tf': CONFIGURATION });
  expect(code).toBe(0);
  expect(files['shop.mesh.yaml']).toContain('  egressFilter:\n    type: ALLOW_ALL\n');
});

const BACKENDS = (collection: string) => `
resource "aws_appmesh_virtual_node" "n" {
  name      = "n"
  mesh_name = "shop"
  spec {
    dynamic "backend" {
      for_each = ${collection}
      content {
        virtual_service {
          virtual_service_name = backend.value
        }
      }
    }
  }
}
`;

it('takes the collection of an answer as JSON: its blocks were dropped in silence', async () => {
  const { code, files } = await importTexts(
    { 'main.tf': BACKENDS('sort(data.x.y.names)') },
    { parameter: ['aws_appmesh_virtual_node.n.spec.0.backend.for_each=["a","b"]'] },
  );
  expect(code).toBe(0);
  expect(files['shop.virtualNode.yaml']?.match(/virtualServiceName: ./g)).toEqual([
    'virtualServiceName: a',
    'virtualServiceName: b',
  ]);
});

it('asks for the collection where for_each is none: its blocks were dropped in silence', async () => {
  const { code, stdout } = await importTexts({ 'main.tf': BACKENDS('null') });
  expect(code).toBe(1);
  expect(stdout).toContain(
    'aws_appmesh_virtual_node.n.spec.0.backend.for_each: for_each is null, and has to be a list, a set or a map',
  );
});
