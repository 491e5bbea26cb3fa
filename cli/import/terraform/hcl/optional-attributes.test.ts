import { expect, it } from 'vitest';
import { importTexts } from '../../testing/run.ts';

const ROOT = `
module "mesh" {
  source = "./mesh"
  nodes = {
    web = { listeners = [{ port = 8080 }] }
    job = {}
    tls = { hostname = "tls.local", listeners = [{ port = 8443, tls = { arn = "arn:aws:acm:us-east-1:111122223333:certificate/a" } }] }
  }
}
`;

const MODULE = `
variable "nodes" {
  type = map(object({
    hostname  = optional(string, "web.local")
    tags      = optional(map(string), {})
    listeners = optional(list(object({
      port     = number
      protocol = optional(string, "http")
      tls      = optional(object({ arn = string, mode = optional(string, "STRICT") }))
    })), [])
  }))
}
resource "aws_appmesh_virtual_node" "this" {
  for_each  = var.nodes
  name      = each.key
  mesh_name = "shop"
  tags      = merge({ team = "a" }, each.value.tags)
  spec {
    dynamic "listener" {
      for_each = each.value.listeners
      content {
        port_mapping {
          port     = listener.value.port
          protocol = listener.value.protocol
        }
        dynamic "tls" {
          for_each = listener.value.tls != null ? [listener.value.tls] : []
          content {
            mode = tls.value.mode
            certificate {
              acm {
                certificate_arn = tls.value.arn
              }
            }
          }
        }
      }
    }
    service_discovery {
      dns {
        hostname = each.value.hostname
      }
    }
  }
}
`;

it('attributes that a type declares as optional have their default, or are null: each was a question', async () => {
  const { code, stdout, files } = await importTexts({ 'main.tf': ROOT, 'mesh/main.tf': MODULE });
  expect({ code, stdout }).toMatchObject({ code: 0 });
  expect(stdout).toContain('Taken: 3 virtual nodes.\n');
  const [job, tls, web] = (files['shop.virtualNode.yaml'] ?? '').split('---\n');
  expect(job).not.toContain('listeners');
  expect(tls).toContain('mode: STRICT');
  expect(tls).toContain('hostname: tls.local');
  expect(web).toContain('protocol: http');
  expect(web).toContain('hostname: web.local');
  expect(web).not.toContain('tls');
});
