"""Calls ECS with boto3, without the client's own validation, for each case on standard input; prints what came back."""
import json
import sys

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

ecs = boto3.client("ecs", config=Config(parameter_validation=False, retries={"max_attempts": 1}))
results = []
for case in json.load(sys.stdin):
    operation = getattr(ecs, case["operation"])
    try:
        answer = operation(**case["input"])
        answer.pop("ResponseMetadata", None)
        results.append({"code": "none", "message": json.dumps(answer, default=str)[:300]})
    except ClientError as refused:
        error = refused.response["Error"]
        results.append({"code": error["Code"], "message": error["Message"]})
    except Exception as broken:  # the client itself could not send it: a mistake in the case
        results.append({"code": type(broken).__name__, "message": str(broken)})
json.dump(results, sys.stdout)
