"""Computes the signature of a request as botocore does. Reads {url, headers, body (base64), signed} as JSON from stdin."""

import base64
import json
import sys

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

given = json.load(sys.stdin)
headers = {name: given["headers"][name] for name in given["signed"]}
request = AWSRequest("POST", given["url"], headers=headers, data=base64.b64decode(given["body"]))
request.context["timestamp"] = given["headers"]["x-amz-date"]
auth = SigV4Auth(Credentials("AKIDEXAMPLE", "a-secret"), given["service"], given["region"])
canonical = auth.canonical_request(request)
print(auth.signature(auth.string_to_sign(request, canonical), request))
