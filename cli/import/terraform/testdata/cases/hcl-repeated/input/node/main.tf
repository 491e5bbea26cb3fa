variable "mesh_name" {}

variable "name" {}

variable "port" {
  type = number
}

resource "aws_appmesh_virtual_node" "this" {
  name      = "${var.name}-vn"
  mesh_name = var.mesh_name
  spec {
    service_discovery {
      dns {
        hostname = "${var.name}.local"
      }
    }
    dynamic "listener" {
      for_each = var.port == null ? [] : [var.port]
      iterator = each_port
      content {
        port_mapping {
          port     = each_port.value
          protocol = "tcp"
        }
      }
    }
  }
}

output "name" {
  value = aws_appmesh_virtual_node.this.name
}
