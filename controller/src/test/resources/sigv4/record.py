"""Signs requests with botocore and prints them as JSON. See README.md beside this file."""
import datetime
import json
import sys
from urllib.parse import urlsplit

import botocore.auth
import botocore.session
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NOW = datetime.datetime(2026, 1, 2, 3, 4, 5)
ID, SECRET, TOKEN = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "to/ken+with=signs=="
botocore.auth.get_current_datetime = lambda *_, **__: NOW


class Recorded(Exception):
    """Stops a call once its request is known."""


def golden(name, method, url, headers, body, token=None):
    parts = urlsplit(url)
    target = (parts.path or "/") + ("?" + parts.query if parts.query else "")
    fields = [[k, v.decode() if isinstance(v, bytes) else v] for k, v in headers.items()]
    if not any(k.lower() == "host" for k, _ in fields):
        fields.append(["Host", parts.netloc])
    text = body.decode() if isinstance(body, bytes) else body or ""
    return {"name": name, "method": method, "target": target, "headers": fields, "body": text, "token": token}


def raw(name, method, url, headers=None, body=b"", token=None, signer=botocore.auth.SigV4Auth, unsigned=False, **more):
    request = AWSRequest(method=method, url=url, headers=headers or {}, data=body)
    if unsigned:
        request.context["payload_signing_enabled"] = False
    signer(Credentials(ID, SECRET, token), "ecs", "eu-central-1", **more).add_auth(request)
    prepared = request.prepare()
    return golden(name, method, prepared.url, prepared.headers, prepared.body, token)


def client(title, service, operation, token=None, url="http://127.0.0.1:4566", **arguments):
    session = botocore.session.Session()
    session.set_credentials(ID, SECRET, token)
    made = session.create_client(service, region_name="eu-central-1", endpoint_url=url)
    seen = []

    def send(request, **_):
        seen.append(golden(title, request.method, request.url, request.headers, request.body, token))
        raise Recorded

    made.meta.events.register("before-send", send)
    try:
        getattr(made, operation)(**arguments)
    except Recorded:
        pass
    return seen[0]


def presigned(name, service, operation, token=None, **arguments):
    session = botocore.session.Session()
    session.set_credentials(ID, SECRET, token)
    made = session.create_client(service, region_name="eu-central-1", endpoint_url="https://gantry.example:4566")
    url = made.generate_presigned_url(operation, Params=arguments, ExpiresIn=900, HttpMethod="GET")
    return golden(name, "GET", url, {}, b"", token)


HOST = "http://gantry.example:4566"
json.dump([
    client("an empty ECS call", "ecs", "list_clusters"),
    client("an ECS call over https", "ecs", "list_clusters", url="https://gantry.example"),
    client("an ECS call with a session token", "ecs", "describe_clusters", token=TOKEN, clusters=["a"]),
    client("an ECS call with text outside ASCII", "ecs", "create_cluster", clusterName="x",
           tags=[{"key": "größe", "value": "日本 \U0001F680"}]),
    client("a query protocol call", "sts", "get_caller_identity"),
    client("a REST call with a label to encode", "eks", "describe_cluster", name="a b:c"),
    client("a REST call with an ARN in its path", "eks", "list_tags_for_resource",
           resourceArn="arn:aws:eks:eu-central-1:000000000000:cluster/x"),
    client("a REST call with a query string", "eks", "list_clusters", maxResults=5, nextToken="a+b/c=="),
    client("a call signed for another service", "logs", "describe_log_groups", logGroupNamePrefix="/x"),
    presigned("a presigned GetCallerIdentity", "sts", "get_caller_identity"),
    presigned("a presigned call with a session token", "sts", "get_caller_identity", token=TOKEN),
    raw("a path with dots and empty segments", "GET", HOST + "/a//b/./c/../d/"),
    raw("a path with what must be encoded", "GET", HOST + "/a%20b/%C3%BC/~-._!$&'()*,;=:@"),
    raw("a query out of order", "GET", HOST + "/?b=2&a=1&B=3&a=0&c"),
    raw("a query with encoded text", "GET", HOST + "/?k%20ey=v%2F%2B%3D&%C3%BC=%F0%9F%9A%80&t=~"),
    raw("headers with blanks", "POST", HOST + "/", {"X-Amz-Meta-Note": "  a   b  c  ", "My-Header": "1,  2"}, b"{}"),
    raw("an unsigned payload", "POST", "https://gantry.example/", {}, b"anything", unsigned=True),
    raw("a Date header", "POST", HOST + "/", {"Date": "Thu, 01 Jan 1970 00:00:00 GMT"}, b"{}"),
    raw("a presigned request with parameters of its own", "GET", HOST + "/p/q?z=1&a=%20x",
        signer=botocore.auth.SigV4QueryAuth, expires=60),
], sys.stdout, indent=1, ensure_ascii=False)
print()
