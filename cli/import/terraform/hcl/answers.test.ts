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
