# The role with which ECS starts a task of ../task and of ../controlplane: it pulls images, writes logs and reads the task's secrets.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

variable "secrets" {
  description = "ARNs of the secrets"
  type        = list(string)
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
}

resource "aws_iam_role" "execution" {
  name_prefix = "daybreak-execution-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ecs-tasks.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_iam_role_policy" "execution" {
  name = "start"
  role = aws_iam_role.execution.id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      { Effect = "Allow", Action = ["ecr:GetAuthorizationToken"], Resource = ["*"] },
      {
        Effect   = "Allow"
        Action   = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
        Resource = ["${local.arn}:ecr:${local.region}:${var.account}:repository/*"]
      },
      {
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${local.arn}:logs:${local.region}:${var.account}:log-group:${var.log_group}:*"]
      },
      { Effect = "Allow", Action = ["secretsmanager:GetSecretValue"], Resource = var.secrets },
    ]
  })
}

output "arn" { value = aws_iam_role.execution.arn }
output "assume_role_policy" { value = aws_iam_role.execution.assume_role_policy }
