variable "mesh" {}
variable "name" {}
variable "port" {}
variable "host" {}

output "name" {
  value = aws_appmesh_virtual_node.this.name
}

resource "aws_appmesh_virtual_node" "this" {
  name      = var.name
  mesh_name = var.mesh
  spec {
    listener {
      port_mapping {
        port     = var.port
        protocol = "http"
      }
      timeout {
        http {
          per_request {
            unit  = "s"
            value = 10
          }
        }
      }
    }
    service_discovery {
      dns {
        hostname = var.host
      }
    }
    logging {
      access_log {
        file {
          path = "/dev/stdout"
          format {
            json {
              key   = "duration"
              value = "%DURATION%"
            }
          }
        }
      }
    }
  }
}
