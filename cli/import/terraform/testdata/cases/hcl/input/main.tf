terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "env" {}
variable "port" {
  type    = number
  default = 8080
}

locals {
  tags = { team = "red" }
  dns  = "${var.env}.shop.local"
}

resource "aws_appmesh_mesh" "shop" {
  name = "shop-${var.env}"
  tags = local.tags
  lifecycle {
    prevent_destroy = true
  }
}

module "web" {
  source = "./node"
  mesh   = aws_appmesh_mesh.shop.id
  name   = "web"
  port   = var.port
  host   = "web.${local.dns}"
}

module "cart" {
  source = "./node"
  mesh   = aws_appmesh_mesh.shop.name
  name   = "cart"
  port   = 9000
  host   = "cart.${local.dns}"
}

resource "aws_appmesh_virtual_service" "cart" {
  name      = "cart.${local.dns}"
  mesh_name = aws_appmesh_mesh.shop.id
  spec {
    provider {
      virtual_node {
        virtual_node_name = module.cart.name
      }
    }
  }
}

resource "aws_ecs_service" "web" {
  name = "web"
}
