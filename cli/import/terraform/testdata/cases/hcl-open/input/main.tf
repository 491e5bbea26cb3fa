variable "name" {}

locals {
  one = local.two
  two = local.one
}

resource "aws_appmesh_virtual_node" "functions" {
  name      = join("-", ["web", var.name])
  mesh_name = var.name
  spec {
    service_discovery {
      dns {
        hostname = aws_lb.main.dns_name
      }
    }
  }
}

resource "aws_appmesh_virtual_node" "circular" {
  name      = local.one
  mesh_name = "shop"
  spec {}
}

resource "aws_appmesh_virtual_node" "each" {
  for_each  = toset(["a", "b"])
  name      = each.key
  mesh_name = "shop"
  spec {}
}

resource "aws_appmesh_virtual_node" "dynamic" {
  name      = "dynamic"
  mesh_name = "shop"
  spec {
    dynamic "backend" {
      for_each = ["a"]
      content {
        virtual_service {
          virtual_service_name = backend.value
        }
      }
    }
  }
}

module "elsewhere" {
  source = "example/node/aws"
}

module "gone" {
  source = "./gone"
}
