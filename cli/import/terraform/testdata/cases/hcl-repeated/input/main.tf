variable "services" {
  default = { web = { port = 8080, backends = ["db"] }, db = { port = 5432 } }
}
variable "enabled" {
  default = true
}
locals {
  env = "prod"
  names = [for k, v in var.services : upper(k) if v.port > 1000]
}
resource "aws_appmesh_mesh" "m" {
  name = format("%s-mesh", local.env)
}
resource "aws_appmesh_virtual_node" "n" {
  for_each = var.services
  name = "${each.key}-${local.env}"
  mesh_name = aws_appmesh_mesh.m.id
  spec {
    listener {
      port_mapping {
        port = each.value.port
        protocol = lookup(each.value, "protocol", each.key == "db" ? "tcp" : "http")
      }
    }
    dynamic "backend" {
      for_each = try(each.value.backends, [])
      content {
        virtual_service {
          virtual_service_name = "${backend.value}.local"
        }
      }
    }
    service_discovery {
      dns {
        hostname = join(".", [each.key, replace(local.env, "/^pr/", "x"), "local"])
      }
    }
  }
  tags = merge({ a = "1" }, { b = join(",", local.names) })
}
resource "aws_appmesh_virtual_service" "s" {
  count = var.enabled ? 2 : 0
  name = "${element(keys(var.services), count.index)}.local"
  mesh_name = aws_appmesh_mesh.m.id
  spec {
    provider {
      virtual_node {
        virtual_node_name = aws_appmesh_virtual_node.n[element(keys(var.services), count.index)].name
      }
    }
  }
}

module "node" {
  source    = "./node"
  for_each  = { mail = 25, files = 21 }
  mesh_name = aws_appmesh_mesh.m.name
  name      = each.key
  port      = each.value
}

resource "aws_appmesh_virtual_service" "mail" {
  name      = "mail.local"
  mesh_name = aws_appmesh_mesh.m.id
  spec {
    provider {
      virtual_node {
        virtual_node_name = module.node["mail"].name
      }
    }
  }
}

resource "aws_appmesh_virtual_node" "none" {
  count     = length(var.services) > 5 ? 1 : 0
  name      = "none"
  mesh_name = aws_appmesh_mesh.m.id
  spec {}
}

resource "aws_appmesh_virtual_node" "open" {
  for_each  = toset(aws_lb.main.zones)
  name      = each.key
  mesh_name = aws_appmesh_mesh.m.id
  spec {}
}

resource "aws_appmesh_virtual_node" "wrong" {
  count     = "many"
  name      = "wrong"
  mesh_name = aws_appmesh_mesh.m.id
  spec {}
}

module "open" {
  source    = "./node"
  count     = aws_lb.main.count
  mesh_name = aws_appmesh_mesh.m.name
  name      = "open"
  port      = 1
}
