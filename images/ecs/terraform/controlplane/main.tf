# Two tasks of the control plane on Fargate, with PostgreSQL of RDS, behind an internal network load balancer that sends PROXY protocol version 2: the
# same as ../../cloudformation/controlplane.yaml. TLS ends in the control plane.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "vpc" { type = string }
variable "vpc_cidr" {
  description = "Addresses of the load balancer and of the tasks, e.g. 10.0.0.0/16"
  type        = string
}
variable "subnets" {
  description = "Private subnets in two zones"
  type        = list(string)
}
variable "cluster" {
  description = "ARN of an ECS cluster"
  type        = string
}
variable "image" {
  description = "The image daybreak-controlplane in your registry"
  type        = string
}
variable "host_name" {
  description = "The host name in the certificate, of which you make a CNAME of the output load_balancer"
  type        = string
}
variable "secrets" {
  description = "ARNs of the secrets: store (postgres://USER:PASSWORD@HOST:PORT/DATABASE), certificate and key (PEM), credentials (JSON), tokens (JSON lines)"
  type        = object({ store = string, certificate = string, key = string, credentials = string, tokens = string })
}
variable "log_group" {
  description = "A log group of CloudWatch"
  type        = string
}
variable "account" {
  description = "Your account"
  type        = string
}

data "aws_partition" "this" {}
data "aws_region" "this" {}

locals {
  arn    = "arn:${data.aws_partition.this.partition}"
  region = data.aws_region.this.name
  ports  = { api = { port = 8443, path = "/readyz" }, ads = { port = 18443, path = "/readyz?for=ads" } }
}

module "execution" {
  source    = "../execution-role"
  secrets   = values(var.secrets)
  log_group = var.log_group
  account   = var.account
}

resource "aws_iam_role" "task" {
  name_prefix        = "daybreak-controlplane-"
  assume_role_policy = module.execution.assume_role_policy
}

resource "aws_iam_role_policy" "task" {
  name = "model"
  role = aws_iam_role.task.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["servicediscovery:DiscoverInstances"], Resource = ["*"] },
      { Effect = "Allow", Action = ["acm:ExportCertificate"], Resource = ["${local.arn}:acm:*:${var.account}:certificate/*"] },
      {
        Effect   = "Allow"
        Action   = ["acm-pca:GetCertificateAuthorityCertificate"]
        Resource = ["${local.arn}:acm-pca:*:${var.account}:certificate-authority/*"]
      },
    ]
  })
}

resource "aws_ecs_task_definition" "task" {
  family                   = "daybreak-controlplane"
  network_mode             = "awsvpc"
  requires_compatibilities = ["FARGATE"]
  cpu                      = "512"
  memory                   = "1024"
  execution_role_arn       = module.execution.arn
  task_role_arn            = aws_iam_role.task.arn
  container_definitions = jsonencode([{
    name         = "controlplane"
    image        = var.image
    essential    = true
    stopTimeout  = 30
    portMappings = [for each in [local.ports.api, local.ports.ads] : { containerPort = each.port }]
    command      = ["daybreak", "controlplane"]
    environment = [
      { name = "DAYBREAK_API", value = "0.0.0.0:8443" },
      { name = "DAYBREAK_ADS", value = "0.0.0.0:18443" },
      { name = "DAYBREAK_API_HOST", value = var.host_name },
      { name = "DAYBREAK_REGION", value = local.region },
      { name = "DAYBREAK_PROXY_PROTOCOL", value = var.vpc_cidr },
      { name = "DAYBREAK_API_PROXY_PROTOCOL", value = var.vpc_cidr },
    ]
    secrets = [
      { name = "DAYBREAK_STORE", valueFrom = var.secrets.store },
      { name = "DAYBREAK_TLS_CERT_PEM", valueFrom = var.secrets.certificate },
      { name = "DAYBREAK_TLS_KEY_PEM", valueFrom = var.secrets.key },
      { name = "DAYBREAK_CREDENTIALS_JSON", valueFrom = var.secrets.credentials },
      { name = "DAYBREAK_TOKENS_JSONL", valueFrom = var.secrets.tokens },
    ]
    logConfiguration = {
      logDriver = "awslogs"
      options   = { awslogs-group = var.log_group, awslogs-region = local.region, awslogs-stream-prefix = "controlplane" }
    }
  }])
}

resource "aws_security_group" "controlplane" {
  description = "The API and ADS, from inside the VPC"
  vpc_id      = var.vpc
  dynamic "ingress" {
    for_each = local.ports
    content {
      protocol    = "tcp"
      from_port   = ingress.value.port
      to_port     = ingress.value.port
      cidr_blocks = [var.vpc_cidr]
    }
  }
  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_lb" "controlplane" {
  load_balancer_type = "network"
  internal           = true
  subnets            = var.subnets
}

resource "aws_lb_target_group" "controlplane" {
  for_each             = local.ports
  vpc_id               = var.vpc
  target_type          = "ip"
  protocol             = "TCP"
  port                 = each.value.port
  proxy_protocol_v2    = true
  preserve_client_ip   = false
  deregistration_delay = 10
  health_check {
    protocol = "HTTPS"
    port     = "8443"
    path     = each.value.path
  }
}

resource "aws_lb_listener" "controlplane" {
  for_each          = local.ports
  load_balancer_arn = aws_lb.controlplane.arn
  protocol          = "TCP"
  port              = each.value.port
  default_action {
    type             = "forward"
    target_group_arn = aws_lb_target_group.controlplane[each.key].arn
  }
}

resource "aws_ecs_service" "controlplane" {
  depends_on                         = [aws_lb_listener.controlplane]
  name                               = "daybreak-controlplane"
  cluster                            = var.cluster
  task_definition                    = aws_ecs_task_definition.task.arn
  launch_type                        = "FARGATE"
  desired_count                      = 2
  health_check_grace_period_seconds  = 60
  deployment_minimum_healthy_percent = 100
  deployment_maximum_percent         = 200
  network_configuration {
    subnets         = var.subnets
    security_groups = [aws_security_group.controlplane.id]
  }
  dynamic "load_balancer" {
    for_each = local.ports
    content {
      container_name   = "controlplane"
      container_port   = load_balancer.value.port
      target_group_arn = aws_lb_target_group.controlplane[load_balancer.key].arn
    }
  }
}

output "load_balancer" { value = aws_lb.controlplane.dns_name }
output "xds_endpoint" { value = "${var.host_name}:18443" }
output "api_endpoint" { value = "https://${var.host_name}:8443" }
