# A task of a virtual node: the same as the templates task-….yaml in ../../cloudformation, one of which `redirect` chooses.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "family" {
  description = "Name of the task definition"
  type        = string
}
variable "resource" {
  description = "The virtual node as mesh/apps/virtualNode/serviceB"
  type        = string
}
variable "redirect" {
  description = "How traffic reaches Envoy: proxy_configuration (ECS writes the rules), proxyinit (a container does, on EC2), or loopback (Fargate without rules)"
  type        = string
  validation {
    condition     = contains(["proxy_configuration", "proxyinit", "loopback"], var.redirect)
    error_message = "redirect: it has to be proxy_configuration, proxyinit or loopback."
  }
}
variable "app_image" { type = string }
variable "app_port" {
  type    = number
  default = 8080
}
variable "envoy_image" {
  description = "The image daybreak-envoy in your registry"
  type        = string
}
variable "proxyinit_image" {
  description = "The image daybreak-proxy-route-manager in your registry, for redirect = proxyinit"
  type        = string
  default     = ""
}
variable "xds_endpoint" {
  description = "Output xds_endpoint of ../controlplane, HOST:18443"
  type        = string
}
variable "xds_token_secret" {
  description = "ARN of the secret with the token of the proxy"
  type        = string
}
variable "xds_ca_secret" {
  description = "ARN of the secret with the authority of the certificate of the control plane"
  type        = string
}
variable "log_group" {
  description = "A log group of CloudWatch"
  type        = string
}
variable "account" {
  description = "Your account"
  type        = string
}

data "aws_region" "this" {}

locals {
  logs = { for name in ["proxyinit", "app", "envoy"] : name => {
    logDriver = "awslogs"
    options = {
      awslogs-group         = var.log_group
      awslogs-region        = data.aws_region.this.name
      awslogs-stream-prefix = name
    }
  } }

  proxyinit = {
    name              = "proxyinit"
    image             = var.proxyinit_image
    essential         = false
    memoryReservation = 64
    linuxParameters   = { capabilities = { add = ["NET_ADMIN"] } }
    environment       = [{ name = "APPMESH_APP_PORTS", value = tostring(var.app_port) }]
    logConfiguration  = local.logs.proxyinit
  }
  app = {
    name              = "app"
    image             = var.app_image
    essential         = true
    memoryReservation = 128
    portMappings      = [{ containerPort = var.app_port }]
    dependsOn         = [{ containerName = "envoy", condition = "HEALTHY" }]
    logConfiguration  = local.logs.app
  }
  envoy = merge({
    name                   = "envoy"
    image                  = var.envoy_image
    essential              = true
    user                   = "1337"
    readonlyRootFilesystem = true
    stopTimeout            = 30
    memoryReservation      = 160
    environment = concat([
      { name = "APPMESH_RESOURCE_ARN", value = var.resource },
      { name = "APPMESH_XDS_ENDPOINT", value = var.xds_endpoint },
    ], var.redirect == "loopback" ? [{ name = "DAYBREAK_EGRESS", value = "loopback" }] : [])
    secrets = [
      { name = "DAYBREAK_XDS_TOKEN", valueFrom = var.xds_token_secret },
      { name = "DAYBREAK_XDS_CA", valueFrom = var.xds_ca_secret },
    ]
    healthCheck      = { command = ["CMD", "/usr/bin/agent", "ready"], interval = 10, timeout = 5, retries = 3, startPeriod = 10 }
    logConfiguration = local.logs.envoy
    },
    var.redirect == "proxyinit" ? { dependsOn = [{ containerName = "proxyinit", condition = "SUCCESS" }] } : {},
    var.redirect == "loopback" ? { portMappings = [{ containerPort = 15000 }] } : {},
  )
}

module "execution" {
  source    = "../execution-role"
  secrets   = [var.xds_token_secret, var.xds_ca_secret]
  log_group = var.log_group
  account   = var.account
}

resource "aws_ecs_task_definition" "task" {
  family                   = var.family
  network_mode             = "awsvpc"
  requires_compatibilities = [var.redirect == "loopback" ? "FARGATE" : "EC2"]
  cpu                      = var.redirect == "loopback" ? "512" : null
  memory                   = var.redirect == "loopback" ? "1024" : null
  execution_role_arn       = module.execution.arn
  container_definitions = jsonencode([for each in [local.proxyinit, local.app, local.envoy] : each
  if each.name != "proxyinit" || var.redirect == "proxyinit"])

  dynamic "proxy_configuration" {
    for_each = var.redirect == "proxy_configuration" ? [1] : []
    content {
      type           = "APPMESH"
      container_name = "envoy"
      properties = {
        IgnoredUID         = "1337"
        ProxyIngressPort   = "15000"
        ProxyEgressPort    = "15001"
        AppPorts           = tostring(var.app_port)
        EgressIgnoredIPs   = "169.254.170.2,169.254.169.254"
        EgressIgnoredPorts = "22"
      }
    }
  }
}

output "task_definition" { value = aws_ecs_task_definition.task.arn }
