"""Records what the real kubectl makes of patches: python3 record-patches.py > patches.json (needs kubectl 1.32 on the path, no server)."""
import json
import subprocess
import tempfile

DEPLOYMENT = {
    "apiVersion": "apps/v1", "kind": "Deployment",
    "metadata": {"name": "web", "labels": {"app": "web", "tier": "front"}, "finalizers": ["a/x", "b/y", "c/z"]},
    "spec": {
        "replicas": 2, "selector": {"matchLabels": {"app": "web"}},
        "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": "25%"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {
                "containers": [
                    {"name": "one", "image": "one:1", "args": ["a", "b"], "env": [{"name": "A", "value": "1"}, {"name": "B", "value": "2"}],
                     "ports": [{"containerPort": 80, "name": "http", "protocol": "TCP"}, {"containerPort": 443, "protocol": "TCP"}]},
                    {"name": "two", "image": "two:1"}, {"name": "three", "image": "three:1"}],
                "volumes": [{"name": "v", "emptyDir": {}}, {"name": "w", "configMap": {"name": "c"}}],
                "tolerations": [{"key": "k", "operator": "Exists"}]}}}}
SERVICE = {
    "apiVersion": "v1", "kind": "Service", "metadata": {"name": "s"},
    "spec": {"selector": {"app": "web"}, "ports": [{"port": 80, "name": "http"}, {"port": 443, "name": "https"}], "externalIPs": ["1.1.1.1"]}}


def pod(spec):
    return {"spec": {"template": {"spec": spec}}}


CASES = [
    ("set an image", DEPLOYMENT, "strategic", pod({"containers": [{"name": "two", "image": "two:2"}]})),
    ("add a container", DEPLOYMENT, "strategic", pod({"containers": [{"name": "zero", "image": "zero:1"}]})),
    ("delete a container", DEPLOYMENT, "strategic", pod({"containers": [{"name": "two", "$patch": "delete"}]})),
    ("delete what is not there", DEPLOYMENT, "strategic", pod({"containers": [{"name": "nine", "$patch": "delete"}]})),
    ("replace all containers", DEPLOYMENT, "strategic", pod({"containers": [{"$patch": "replace"}, {"name": "x", "image": "x:1"}]})),
    ("order containers", DEPLOYMENT, "strategic", pod({"$setElementOrder/containers": [{"name": "three"}, {"name": "one"}, {"name": "two"}]})),
    ("order some containers", DEPLOYMENT, "strategic", pod({"$setElementOrder/containers": [{"name": "three"}, {"name": "one"}]})),
    ("order and change", DEPLOYMENT, "strategic", pod({"$setElementOrder/containers": [{"name": "three"}, {"name": "new"}, {"name": "one"}],
                                                      "containers": [{"name": "new", "image": "n:1"}, {"name": "one", "image": "one:2"}]})),
    ("change env in order", DEPLOYMENT, "strategic", pod({"containers": [{"name": "one", "$setElementOrder/env": [{"name": "C"}, {"name": "A"}],
                                                                        "env": [{"name": "C", "value": "3"}, {"name": "B", "$patch": "delete"}]}]})),
    ("ports by number", DEPLOYMENT, "strategic", pod({"containers": [{"name": "one", "ports": [{"containerPort": 443, "name": "tls"}, {"containerPort": 81}]}]})),
    ("atomic lists are replaced", DEPLOYMENT, "strategic", pod({"containers": [{"name": "one", "args": ["c"]}], "tolerations": []})),
    ("retain keys of a volume", DEPLOYMENT, "strategic", pod({"volumes": [{"name": "v", "$retainKeys": ["name", "hostPath"], "hostPath": {"path": "/x"}}]})),
    ("retain keys of the strategy", DEPLOYMENT, "strategic", {"spec": {"strategy": {"$retainKeys": ["type"], "type": "Recreate"}}}),
    ("null removes", DEPLOYMENT, "strategic", {"metadata": {"labels": {"tier": None, "nothing": None}}, "spec": {"replicas": None}}),
    ("nulls within what is new", DEPLOYMENT, "strategic", {"metadata": {"annotations": {"a": "1", "b": None}}}),
    ("replace a map", DEPLOYMENT, "strategic", {"metadata": {"labels": {"$patch": "replace", "only": "one"}}}),
    ("delete a map", DEPLOYMENT, "strategic", {"metadata": {"labels": {"$patch": "delete"}}}),
    ("add a finalizer", DEPLOYMENT, "strategic", {"metadata": {"finalizers": ["d/w", "b/y"]}}),
    ("delete from a primitive list", DEPLOYMENT, "strategic", {"metadata": {"$deleteFromPrimitiveList/finalizers": ["b/y"]}}),
    ("delete from a primitive list in order", DEPLOYMENT, "strategic",
     {"metadata": {"$deleteFromPrimitiveList/finalizers": ["b/y"], "$setElementOrder/finalizers": ["c/z", "e/e", "a/x"], "finalizers": ["e/e"]}}),
    ("ports of a service", SERVICE, "strategic", {"spec": {"ports": [{"port": 80, "targetPort": 8080}, {"port": 22, "name": "ssh"}]}}),
    ("merge replaces lists", DEPLOYMENT, "merge", pod({"containers": [{"name": "two", "image": "two:2"}]})),
    ("merge removes", DEPLOYMENT, "merge", {"metadata": {"labels": {"tier": None}, "annotations": {"x": "y", "z": None}}}),
    ("json operations", DEPLOYMENT, "json", [
        {"op": "test", "path": "/spec/replicas", "value": 2}, {"op": "replace", "path": "/spec/replicas", "value": 5},
        {"op": "add", "path": "/metadata/annotations", "value": {}}, {"op": "add", "path": "/metadata/annotations/a~1b", "value": "c"},
        {"op": "add", "path": "/spec/template/spec/containers/1", "value": {"name": "mid", "image": "m"}},
        {"op": "add", "path": "/spec/template/spec/containers/-", "value": {"name": "end", "image": "e"}},
        {"op": "remove", "path": "/spec/template/spec/volumes/0"}, {"op": "move", "from": "/metadata/labels/tier", "path": "/metadata/labels/layer"},
        {"op": "copy", "from": "/metadata/labels/app", "path": "/metadata/labels/copy"}]),
]

records = []
for name, before, kind, patch in CASES:
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(before, file)
        file.flush()
        out = subprocess.run(["kubectl", "patch", "--local", "-f", file.name, "--type", kind, "-p", json.dumps(patch), "-o", "json"],
                             capture_output=True, text=True, check=False)
    if out.returncode:
        raise SystemExit(f"{name}: {out.stderr}")
    records.append({"name": name, "type": kind, "before": before, "patch": patch, "after": json.loads(out.stdout)})
print(json.dumps(records, indent=1))
