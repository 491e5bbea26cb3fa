import { expect, it } from 'vitest';
import { importTexts } from '../../testing/run.ts';

const CONFIGURATION = `
variable "ports" {
  type = list(number)
}
resource "aws_appmesh_mesh" "one" {
  for_each = toset(aws_lb.main.zones)
  name     = "\${each.key}-\${var.ports[1]}"
}
`;

it('takes a collection as JSON, for a variable and for an expression', async () => {
  const { code, files } = await importTexts(
    { 'main.tf': CONFIGURATION },
    { parameter: ['ports=[80,81]', 'aws_appmesh_mesh.one.for_each=["a","b"]'] },
  );
  expect(code).toBe(0);
  expect(
    Object.values(files)
      .join('')
      .match(/meshName: .*/g),
  ).toEqual(['meshName: a-81', 'meshName: b-81']);
});

const UNKNOWN = `
locals {
  tags = merge({ team = "a" }, data.aws_default_tags.common.tags)
}
resource "aws_appmesh_mesh" "one" {
  name = "one"
  tags = local.tags
}
resource "aws_appmesh_mesh" "two" {
  name = "two"
  tags = data.aws_default_tags.common.tags
}
`;

it('takes the tags of a local value and of an attribute as JSON: they were text, which the API refuses', async () => {
  const { code, files } = await importTexts(
    { 'main.tf': UNKNOWN },
    { parameter: ['local.tags={"team":"a","tier":"b"}', 'aws_appmesh_mesh.two.tags={"team":"c"}'] },
  );
  expect(code).toBe(0);
  const text = Object.values(files).join('');
  expect(text).toContain('  - key: tier\n    value: b\n');
  expect(text).toContain('  - key: team\n    value: c\n');
});
