import { expect, it } from 'vitest';
import { importTexts } from '../../testing/run.ts';

const NODE = `
variable "app_mesh" {}
variable "zone" {}
resource "aws_appmesh_virtual_node" "this" {
  name      = "node"
  mesh_name = var.app_mesh.name
  spec {
    service_discovery {
      dns {
        hostname = "node.\${var.zone.name}"
      }
    }
  }
}
output "node" {
  value = aws_appmesh_virtual_node.this
}
`;

const ROOT = `
resource "aws_appmesh_mesh" "shop" {
  name = "shop"
}
resource "aws_route53_zone" "private" {
  name = "shop.internal"
}
locals {
  shared = { mesh = aws_appmesh_mesh.shop }
}
module "node" {
  source   = "./node"
  app_mesh = local.shared.mesh
  zone     = aws_route53_zone.private
}
resource "aws_appmesh_virtual_service" "node" {
  name      = "node.\${aws_route53_zone.private.name}"
  mesh_name = local.shared.mesh.id
  spec {
    provider {
      virtual_node {
        virtual_node_name = module.node.node.name
      }
    }
  }
}
`;

it('a resource that a module gets as a whole, by a local or by an output, is evaluated; it was a question', async () => {
  const { code, stdout, files } = await importTexts({ 'main.tf': ROOT, 'node/main.tf': NODE });
  expect([code, stdout.includes('Open questions')]).toEqual([0, false]);
  const text = Object.values(files).join('');
  expect(text.match(/(?:meshName|hostname|virtualNodeName|virtualServiceName): .*/g)?.toSorted()).toEqual([
    'hostname: node.shop.internal',
    'meshName: shop',
    'meshName: shop',
    'meshName: shop',
    'virtualNodeName: node',
    'virtualNodeName: node',
    'virtualServiceName: node.shop.internal',
  ]);
});

it('a resource as the value of an attribute is a question, within a collection too', async () => {
  const { code, stdout } = await importTexts({
    'main.tf': `
locals {
  shared = { mesh = aws_appmesh_mesh.shop }
}
resource "aws_appmesh_mesh" "shop" {
  name = "shop"
}
resource "aws_appmesh_virtual_router" "router" {
  name      = "router"
  mesh_name = aws_appmesh_mesh.shop
  tags      = local.shared
}
`,
  });
  expect(code).toBe(1);
  expect(stdout).toContain('${aws_appmesh_mesh.shop} is not evaluated here');
  expect(stdout).toContain('${local.shared} is not evaluated here');
});

it('a problem names the line of its own resource, not of one whose name begins in the same way', async () => {
  const { stdout } = await importTexts({
    'main.tf':
      'resource "aws_appmesh_mesh" "shop_test" {\n  name = "test"\n}\nresource "aws_appmesh_mesh" "shop" {\n  name = "shop"\n}\n',
  });
  expect(stdout).toContain('mesh shop, from main.tf:4 aws_appmesh_mesh.shop');
});
