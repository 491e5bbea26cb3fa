import { describe, expect, it } from 'vitest';
import { importTexts } from '../../testing/run.ts';

const values = (files: Readonly<Record<string, string>>) =>
  Object.values(files)
    .join('')
    .match(/(?:meshName|meshOwner|hostname|virtualNodeName|port): .*/g);

const TWO = `
resource "aws_appmesh_virtual_node" "web" {
  name      = "web"
  mesh_name = data.terraform_remote_state.mesh.outputs.name
  spec {
    service_discovery {
      dns {
        hostname = "\${data.aws_lb.web.name}.\${data.aws_route53_zone.main.name}"
      }
    }
  }
}
resource "aws_appmesh_virtual_node" "cart" {
  name      = "cart"
  mesh_name = data.terraform_remote_state.mesh.outputs.name
}
`;

describe('a reference to what is not in the files', () => {
  it('is a question by its name, once: both parts of a text were one question, whose answer stood there twice', async () => {
    const asked = await importTexts({ 'main.tf': TWO });
    expect(asked.stdout).toContain('Open questions: 3.\n');
    expect(asked.stdout).toContain(
      'data.terraform_remote_state.mesh.outputs.name: ${data.terraform_remote_state.mesh.outputs.name} is not in the files; answer with --parameter data.terraform_remote_state.mesh.outputs.name=VALUE',
    );
    const { code, files } = await importTexts(
      { 'main.tf': TWO },
      {
        parameter: [
          'data.terraform_remote_state.mesh.outputs.name=shop',
          'data.aws_lb.web.name=web',
          'data.aws_route53_zone.main.name=shop.internal',
        ],
      },
    );
    expect(code).toBe(0);
    expect(values(files)).toEqual([
      'meshName: shop',
      'virtualNodeName: cart',
      'meshName: shop',
      'virtualNodeName: web',
      'hostname: web.shop.internal',
    ]);
  });

  it('has an answer as the whole value of an attribute too', async () => {
    const { stdout, files } = await importTexts(
      { 'main.tf': TWO },
      {
        parameter: [
          'data.terraform_remote_state.mesh.outputs.name=shop',
          'aws_appmesh_virtual_node.web.spec.0.service_discovery.0.dns.0.hostname=web.example',
        ],
      },
    );
    expect(stdout).not.toContain('Open questions');
    expect(values(files)).toContain('hostname: web.example');
  });

  it('keeps a text with functions that are not evaluated one question', async () => {
    const text = `resource "aws_appmesh_mesh" "m" {\n  name = "\${file("a")}-\${file("b")}"\n}\n`;
    const { stdout, files } = await importTexts(
      { 'main.tf': text },
      { parameter: ['aws_appmesh_mesh.m.name=shop'] },
    );
    expect(stdout).not.toContain('Open questions');
    expect(values(files)).toEqual(['meshName: shop']);
  });

  it('names the module around it, a workspace, and the output of a module elsewhere', async () => {
    const root = `
module "platform" {
  source = "example/platform/aws"
}
module "nodes" {
  source = "./nodes"
  mesh   = module.platform.mesh_name
  zone   = data.aws_route53_zone.main
}
`;
    const nodes = `
variable "mesh" {}
variable "zone" {}
resource "aws_appmesh_virtual_node" "this" {
  name      = "web-\${terraform.workspace}"
  mesh_name = var.mesh
  spec {
    service_discovery {
      dns {
        hostname = lower("\${data.aws_lb.this.name}.\${var.zone.name}")
      }
    }
  }
}
`;
    const { code, files } = await importTexts(
      { 'main.tf': root, 'nodes/main.tf': nodes },
      {
        parameter: [
          'module.platform.mesh_name=shop',
          'terraform.workspace=prod',
          'module.nodes.data.aws_lb.this.name=WEB',
          'data.aws_route53_zone.main.name=shop.internal',
        ],
      },
    );
    expect(code).toBe(0);
    expect(values(files)).toEqual([
      'meshName: shop',
      'virtualNodeName: web-prod',
      'hostname: web.shop.internal',
    ]);
  });

  it('is no question where its data source has the value as an argument, or --account and --region have it', async () => {
    const text = `
data "aws_appmesh_mesh" "shop" {
  name = "shop"
}
data "aws_caller_identity" "current" {}
data "aws_region" "current" {}
resource "aws_appmesh_virtual_node" "web" {
  name       = "web-\${data.aws_region.current.name}"
  mesh_name  = data.aws_appmesh_mesh.shop.id
  mesh_owner = data.aws_caller_identity.current.account_id
}
`;
    const { code, files } = await importTexts({ 'main.tf': text }, { region: 'eu-west-1' });
    expect(code).toBe(0);
    expect(values(files)).toEqual(['meshName: shop', 'virtualNodeName: web-eu-west-1']);
  });

  it('is no question after the argument of coalesce or lookup that decides', async () => {
    const text = `
resource "aws_appmesh_mesh" "a" {
  name = coalesce("", "one", data.x.y.z)
}
resource "aws_appmesh_mesh" "b" {
  name = lookup({ name = "two" }, "name", data.x.y.z)
}
`;
    const { code, files } = await importTexts({ 'main.tf': text });
    expect([code, values(files)]).toEqual([0, ['meshName: one', 'meshName: two']]);
  });
});

it('a map with an open key is a question: its key was the text of the expression', async () => {
  const text = `
variable "key" {}
resource "aws_appmesh_mesh" "m" {
  name = "m"
  tags = { (var.key) = "a" }
}
`;
  const { code, stdout } = await importTexts({ 'main.tf': text });
  expect(code).toBe(1);
  expect(stdout).toContain('key: variable key has no value');
  const answered = await importTexts({ 'main.tf': text }, { parameter: ['key=team'] });
  expect(answered.files['m.mesh.yaml']).toContain('  - key: team\n    value: a\n');
});
