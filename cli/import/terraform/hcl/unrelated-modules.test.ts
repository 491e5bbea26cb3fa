import { expect, it } from 'vitest';
import { importTexts } from '../../testing/run.ts';

const ROOT = `
variable "on" {}
resource "aws_appmesh_mesh" "m" {
  name = "m"
}
module "vpc" {
  source = "./vpc"
  count  = var.on ? 1 : 0
}
module "peering" {
  source = "./vpc"
  count  = 0
}
`;
const VPC = 'resource "aws_vpc" "this" {}\n';

it('a module without App Mesh resources whose instances are not known is no problem', async () => {
  const { code, stdout } = await importTexts({ 'main.tf': ROOT, 'vpc/main.tf': VPC });
  expect([code, stdout.includes('module.')]).toEqual([0, false]);
});

it.each([
  ['itself', { 'vpc/main.tf': 'resource "aws_appmesh_mesh" "m" {\n  name = "n"\n}\n' }],
  [
    'in one that it calls',
    {
      'vpc/main.tf': `${VPC}module "inner" {\n  source = "./inner"\n}\n`,
      'vpc/inner/main.tf': 'resource "aws_appmesh_mesh" "m" {\n  name = "n"\n}\n',
    },
  ],
])('a module with App Mesh resources is a problem: %s', async (_, texts) => {
  const { code, stdout } = await importTexts({ 'main.tf': ROOT, ...texts });
  expect(code).toBe(1);
  expect(stdout).toContain(
    'main.tf:6 module.vpc: the instances of the module are not known: variable on has no value',
  );
  expect(stdout).toContain('main.tf:10 module.peering: count is 0');
});
