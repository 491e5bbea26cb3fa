import { expect, it } from 'vitest';
import { importTexts } from '../../testing/run.ts';

const ROOT = `
variable "on" {
  default = false
}
resource "aws_appmesh_mesh" "counted" {
  count = var.on ? 1 : 0
  name  = "shop"
}
module "nodes" {
  source = "./nodes"
  count  = var.on ? 1 : 0
}
module "elsewhere" {
  source = "example/nodes/aws"
}
`;

const NODES = `
variable "names" {
  default = {}
}
resource "aws_appmesh_virtual_node" "each" {
  for_each  = var.names
  name      = each.key
  mesh_name = "shop"
}
`;

it('names resources and modules of which count or for_each makes none: they were left out in silence', async () => {
  const { stdout } = await importTexts({ 'main.tf': ROOT, 'nodes/main.tf': NODES });
  expect(stdout).toContain('main.tf:5 aws_appmesh_mesh.counted: count is 0\n');
  expect(stdout).toContain('main.tf:9 module.nodes: count is 0\n');
  const { stdout: on } = await importTexts(
    { 'main.tf': ROOT, 'nodes/main.tf': NODES },
    { parameter: ['on=true'] },
  );
  expect(on).toContain('Taken: 1 mesh.\n');
  expect(on).toContain('nodes/main.tf:5 module.nodes[0].aws_appmesh_virtual_node.each: for_each is empty\n');
});

it('says what it left out where it takes nothing: it said only that there is nothing', async () => {
  const { code, stdout, stderr } = await importTexts({ 'main.tf': ROOT, 'nodes/main.tf': NODES });
  expect(code).toBe(1);
  expect(stdout).toContain('main.tf:5 aws_appmesh_mesh.counted: count is 0\n');
  expect(stdout).toContain('main.tf:13 module.elsewhere: its source is elsewhere');
  expect(stderr).toContain('found no App Mesh resources in');
});
