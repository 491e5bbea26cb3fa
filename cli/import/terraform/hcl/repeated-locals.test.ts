import { describe, expect, it } from 'vitest';
import { importTexts } from '../../testing/run.ts';

// Without a memory of evaluated values, each local here doubles the work of the one before: 2^40 evaluations.
const CHAIN = Array.from({ length: 40 }, (_, index) => {
  const before = `local.port${index}`;
  return `  port${index + 1} = ${before} == 1 ? 1 : max(${before}, ${before})`;
}).join('\n');

const chain = (first: string): string => `
variable "port" {}
locals {
  port0 = ${first}
${CHAIN}
}
resource "aws_appmesh_virtual_router" "web" {
  name      = "web"
  mesh_name = "shop"
  spec {
    listener {
      port_mapping {
        port     = local.port40
        protocol = "http"
      }
    }
  }
}
`;

describe('a chain of locals that each use the one before several times', () => {
  it('is evaluated, a local once: forty of them took longer than anyone waits', async () => {
    const { code, files } = await importTexts({ 'main.tf': chain('8080') });
    expect(code).toBe(0);
    expect(files['shop.virtualRouter.yaml']).toContain('port: 8080');
  });

  it('is one question if the first depends on one', async () => {
    const { stdout } = await importTexts({ 'main.tf': chain('var.port') });
    expect(stdout).toContain('Open questions: 1.\n');
  });
});

it('says of locals that depend on themselves that they are not evaluated', async () => {
  const files = { 'main.tf': chain('local.port40') };
  const { stdout } = await importTexts(files);
  expect(stdout).toContain('Open questions: 1.\n');
});
