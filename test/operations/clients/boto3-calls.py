"""Calls App Mesh with boto3: one line of JSON per call on stdin, one per outcome on stdout."""

import json
import sys

import boto3
from botocore.config import Config

options = json.loads(sys.argv[1])
client = boto3.client(
    "appmesh",
    **options,
    # Validation is left to the control plane.
    config=Config(retries={"max_attempts": 0}, parameter_validation=False),
)
methods = {api: method for method, api in client.meta.method_to_api_mapping.items()}

for line in sys.stdin:
    call = json.loads(line)
    try:
        if call.get("pages"):
            pages = client.get_paginator(methods[call["operation"]]).paginate(**call["input"])
            outcome = {"output": pages.build_full_result()}
        else:
            outcome = {"output": getattr(client, methods[call["operation"]])(**call["input"])}
    except client.exceptions.ClientError as error:
        response = error.response
        outcome = {
            "error": response["Error"]["Code"],
            "message": response["Error"]["Message"],
            "status": response["ResponseMetadata"]["HTTPStatusCode"],
        }
    print(json.dumps(outcome, default=lambda time: time.timestamp()), flush=True)
