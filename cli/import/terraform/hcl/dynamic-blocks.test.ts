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
