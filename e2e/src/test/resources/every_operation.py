"""Calls every operation of ECS with boto3, to succeed and to be refused in two ways, and holds each answer against the
service's model that boto3 brings. Prints a line for each operation, and ends with 1 if something is wrong."""
import json
import sys
import time

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

# What a load balancer, a cloud map, a newer agent or a program in a container would be needed for; or what only
# an agent that runs tasks could say.
NEVER_DONE = {
    "CreateExpressGatewayService", "DescribeExpressGatewayService", "UpdateExpressGatewayService",
    "DeleteExpressGatewayService", "ListServicesByNamespace", "UpdateContainerAgent", "ExecuteCommand",
    "SubmitTaskStateChange", "SubmitContainerStateChange", "SubmitAttachmentStateChanges",
}
SECONDS = 90

# Without its own checks, so that what is wrong arrives.
ecs = boto3.client("ecs", config=Config(parameter_validation=False, retries={"max_attempts": 1}))
model = ecs.meta.service_model
methods = {name: method for method, name in ecs.meta.method_to_api_mapping.items()}
done, refusals, waited, wrong = {}, {}, set(), []
raw = {}
ecs.meta.events.register("before-parse.ecs.*", lambda response_dict, **_: raw.update(body=response_dict["body"]))


def lint(value, shape, at):
    kind = shape.type_name
    fits = {"structure": dict, "map": dict, "list": list, "string": str, "blob": str, "boolean": bool,
            "integer": int, "long": int, "float": (int, float), "double": (int, float),
            "timestamp": (int, float)}[kind]
    if not isinstance(value, fits) or (isinstance(value, bool) and kind != "boolean"):
        wrong.append(f"{at} is {value!r}, not a {kind}")
    elif kind == "structure":
        for member in shape.required_members:
            if member not in value:
                wrong.append(f"{at}.{member} is missing")
        for member, inner in value.items():
            if member in shape.members:
                lint(inner, shape.members[member], f"{at}.{member}")
            else:
                wrong.append(f"{at}.{member} is unknown")
    elif kind == "map":
        for key, inner in value.items():
            lint(inner, shape.value, f"{at}.{key}")
    elif kind == "list":
        for inner in value:
            lint(inner, shape.member, f"{at}[]")
    elif kind == "string" and shape.enum and value not in shape.enum:
        wrong.append(f"{at} is {value!r}, not one of {shape.enum}")


def ok(operation, **given):
    answer = getattr(ecs, methods[operation])(**given)
    shape = model.operation_model(operation).output_shape
    if shape is not None:
        lint(json.loads(raw["body"]), shape, operation)
    done[operation] = done.get(operation, 0) + 1
    return answer


def refused(operation, code, **given):
    try:
        getattr(ecs, methods[operation])(**given)
        wrong.append(f"{operation} with {given} was not refused")
    except ClientError as refusal:
        error = refusal.response["Error"]
        if error["Code"] != code:
            wrong.append(f"{operation} with {given}: {error['Code']}: {error['Message']}, not {code}")
        known = [shape.metadata.get("error", {}).get("code", shape.name)
                 for shape in model.operation_model(operation).error_shapes]
        if error["Code"] not in known:
            wrong.append(f"{operation} refuses with {error['Code']}, which its model does not have")
        if not error["Message"]:
            wrong.append(f"{operation} refuses with {error['Code']} and says nothing")
        refusals.setdefault(operation, set()).add((error["Code"], error["Message"]))


def until(what, condition):
    end = time.monotonic() + SECONDS
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.1)


def await_(waiter, **given):
    ecs.get_waiter(waiter).wait(WaiterConfig={"Delay": 1, "MaxAttempts": SECONDS}, **given)
    waited.add(waiter)


def paged(operation, **given):
    """What every list refuses."""
    refused(operation, "InvalidParameterException", nextToken="?", **given)
    refused(operation, "InvalidParameterException", maxResults=100_000, **given)


INVALID, CLIENT, NO_CLUSTER = "InvalidParameterException", "ClientException", "ClusterNotFoundException"
NO_SERVICE, UNSUPPORTED = "ServiceNotFoundException", "UnsupportedFeatureException"
CONTAINERS = [{"name": "main", "image": "any", "memory": 16, "cpu": 10}]


def clusters():
    ok("CreateCluster", clusterName="lab", tags=[{"key": "team", "value": "a"}])
    refused("CreateCluster", INVALID, clusterName="a/b/c")
    refused("CreateCluster", INVALID, clusterName="lab2", capacityProviders=["nowhere"])
    ok("DescribeClusters", clusters=["lab", "nowhere"],
       include=["ATTACHMENTS", "CONFIGURATIONS", "SETTINGS", "STATISTICS", "TAGS"])
    refused("DescribeClusters", INVALID, include=["ALL"])
    refused("DescribeClusters", INVALID, clusters=["lab"] * 101)
    ok("ListClusters", maxResults=1)
    paged("ListClusters")
    ok("UpdateCluster", cluster="lab", settings=[{"name": "containerInsights", "value": "enabled"}])
    refused("UpdateCluster", NO_CLUSTER, cluster="nowhere")
    refused("UpdateCluster", INVALID, cluster="lab", settings=[{"name": "containerInsights", "value": "?"}])
    ok("UpdateClusterSettings", cluster="lab", settings=[{"name": "containerInsights", "value": "disabled"}])
    refused("UpdateClusterSettings", NO_CLUSTER, cluster="nowhere", settings=[])
    refused("UpdateClusterSettings", INVALID, cluster="lab", settings=[{"name": "other", "value": "enabled"}])


def providers():
    group = {"autoScalingGroupArn": "arn:aws:autoscaling:us-east-1:000000000000:autoScalingGroup:1:"
                                    "autoScalingGroupName/attic"}
    ok("CreateCapacityProvider", name="attic", autoScalingGroupProvider=group)
    refused("CreateCapacityProvider", INVALID, name="attic")
    refused("CreateCapacityProvider", INVALID, name="aws-own", autoScalingGroupProvider=group)
    ok("DescribeCapacityProviders", capacityProviders=["attic", "FARGATE"], include=["TAGS"])
    paged("DescribeCapacityProviders")
    ok("UpdateCapacityProvider", name="attic",
       autoScalingGroupProvider={"managedScaling": {"status": "ENABLED", "targetCapacity": 80}})
    refused("UpdateCapacityProvider", INVALID, name="nowhere", autoScalingGroupProvider={})
    refused("UpdateCapacityProvider", INVALID, name="attic",
            autoScalingGroupProvider={"managedScaling": {"targetCapacity": 1000}})
    ok("PutClusterCapacityProviders", cluster="default", capacityProviders=["FARGATE", "attic"],
       defaultCapacityProviderStrategy=[])
    refused("PutClusterCapacityProviders", NO_CLUSTER, cluster="nowhere", capacityProviders=[],
            defaultCapacityProviderStrategy=[])
    refused("PutClusterCapacityProviders", INVALID, cluster="default", capacityProviders=["nowhere"],
            defaultCapacityProviderStrategy=[])
    refused("DeleteCapacityProvider", INVALID, capacityProvider="nowhere")
    refused("DeleteCapacityProvider", INVALID, capacityProvider="FARGATE")
    ok("PutClusterCapacityProviders", cluster="default", capacityProviders=["FARGATE"],
       defaultCapacityProviderStrategy=[])
    ok("DeleteCapacityProvider", capacityProvider="attic")


def definitions():
    for _ in range(3):
        ok("RegisterTaskDefinition", family="any", containerDefinitions=CONTAINERS, tags=[{"key": "k", "value": "v"}])
    refused("RegisterTaskDefinition", CLIENT, family="a b", containerDefinitions=CONTAINERS)
    refused("RegisterTaskDefinition", CLIENT, family="any", containerDefinitions=[])
    ok("DescribeTaskDefinition", taskDefinition="any:1", include=["TAGS"])
    refused("DescribeTaskDefinition", CLIENT, taskDefinition="nothing")
    refused("DescribeTaskDefinition", INVALID, taskDefinition="any", include=["ALL"])
    ok("ListTaskDefinitions", familyPrefix="any", sort="DESC", maxResults=1)
    paged("ListTaskDefinitions")
    ok("ListTaskDefinitionFamilies", familyPrefix="a", status="ALL")
    paged("ListTaskDefinitionFamilies")
    ok("DeregisterTaskDefinition", taskDefinition="any:1")
    refused("DeregisterTaskDefinition", CLIENT, taskDefinition="nothing:1")
    refused("DeregisterTaskDefinition", CLIENT, taskDefinition="any")
    ok("DeleteTaskDefinitions", taskDefinitions=["any:1", "any:3"])
    refused("DeleteTaskDefinitions", INVALID, taskDefinitions=[])
    refused("DeleteTaskDefinitions", INVALID, taskDefinitions=["any:1"] * 11)


def instances():
    arns = ok("ListContainerInstances", status="ACTIVE")["containerInstanceArns"]
    paged("ListContainerInstances")
    refused("ListContainerInstances", NO_CLUSTER, cluster="nowhere")
    ok("DescribeContainerInstances", containerInstances=arns + ["0" * 32],
       include=["TAGS", "CONTAINER_INSTANCE_HEALTH"])
    refused("DescribeContainerInstances", INVALID, containerInstances=[])
    refused("DescribeContainerInstances", NO_CLUSTER, cluster="nowhere", containerInstances=arns)
    attribute = {"name": "rack", "value": "1", "targetId": arns[0]}
    ok("PutAttributes", attributes=[attribute])
    refused("PutAttributes", "TargetNotFoundException", attributes=[{**attribute, "targetId": "0" * 32}])
    refused("PutAttributes", INVALID, attributes=[{**attribute, "name": "?"}])
    ok("ListAttributes", targetType="container-instance", attributeName="rack")
    paged("ListAttributes", targetType="container-instance")
    ok("DeleteAttributes", attributes=[{"name": "rack", "targetId": arns[0]}])
    refused("DeleteAttributes", "TargetNotFoundException", attributes=[{**attribute, "targetId": "0" * 32}])
    refused("DeleteAttributes", NO_CLUSTER, cluster="nowhere", attributes=[attribute])
    ok("UpdateContainerInstancesState", containerInstances=[arns[0]], status="DRAINING")
    ok("UpdateContainerInstancesState", containerInstances=[arns[0]], status="ACTIVE")
    refused("UpdateContainerInstancesState", INVALID, containerInstances=[arns[0]], status="GONE")
    refused("UpdateContainerInstancesState", NO_CLUSTER, cluster="nowhere", containerInstances=arns, status="ACTIVE")
    refused("UpdateContainerAgent", "NoUpdateAvailableException", containerInstance=arns[0])
    refused("UpdateContainerAgent", INVALID, containerInstance="0" * 32)
    return arns


def foreign_agents():
    joined = ok("RegisterContainerInstance", cluster="lab", versionInfo={"agentVersion": "1.90.0"},
                totalResources=[{"name": "CPU", "type": "INTEGER", "integerValue": 1024},
                                {"name": "MEMORY", "type": "INTEGER", "integerValue": 512}])
    arn = joined["containerInstance"]["containerInstanceArn"]
    refused("RegisterContainerInstance", NO_CLUSTER, cluster="nowhere")
    refused("RegisterContainerInstance", INVALID, cluster="lab", containerInstanceArn=arn[:-32] + "0" * 32)
    ok("DiscoverPollEndpoint", cluster="lab", containerInstance=arn)
    refused("DiscoverPollEndpoint", INVALID, cluster="lab")
    refused("DiscoverPollEndpoint", INVALID, cluster="lab", containerInstance="0" * 32)
    for operation in ("SubmitTaskStateChange", "SubmitContainerStateChange"):
        refused(operation, INVALID, task="0" * 32, status="RUNNING")
        refused(operation, NO_CLUSTER, cluster="nowhere", task="0" * 32, status="RUNNING")
    attached = [{"attachmentArn": "arn:aws:ecs:us-east-1:000000000000:attachment/1", "status": "ATTACHED"}]
    refused("SubmitAttachmentStateChanges", INVALID, attachments=attached)
    refused("SubmitAttachmentStateChanges", NO_CLUSTER, cluster="nowhere", attachments=attached)
    refused("DeregisterContainerInstance", NO_CLUSTER, cluster="nowhere", containerInstance=arn)
    refused("DeregisterContainerInstance", INVALID, cluster="lab", containerInstance="0" * 32)
    ok("DeregisterContainerInstance", cluster="lab", containerInstance=arn, force=True)
    refused("DeleteCluster", NO_CLUSTER, cluster="nowhere")
    refused("DeleteCluster", "ClusterContainsContainerInstancesException", cluster="default")
    ok("DeleteCluster", cluster="lab")


def tasks(arns):
    task = ok("RunTask", taskDefinition="any", count=2, startedBy="me", clientToken="once",
              tags=[{"key": "k", "value": "v"}])["tasks"][0]["taskArn"]
    refused("RunTask", CLIENT, taskDefinition="nothing")
    refused("RunTask", INVALID, taskDefinition="any", count=11)
    ok("StartTask", taskDefinition="any", containerInstances=[arns[0]])
    refused("StartTask", CLIENT, taskDefinition="nothing", containerInstances=[arns[0]])
    refused("StartTask", INVALID, taskDefinition="any",
            containerInstances=[f"{index:032x}" for index in range(11)])
    await_("tasks_running", tasks=[task])
    ok("DescribeTasks", tasks=[task, "0" * 32], include=["TAGS"])
    refused("DescribeTasks", INVALID, tasks=[])
    refused("DescribeTasks", NO_CLUSTER, cluster="nowhere", tasks=[task])
    ok("ListTasks", startedBy="me", maxResults=1)
    paged("ListTasks")
    refused("ExecuteCommand", INVALID, task="0" * 32, command="ls", interactive=True)
    refused("ExecuteCommand", INVALID, task=task, command="ls", interactive=True)
    ok("TagResource", resourceArn=task, tags=[{"key": "more", "value": "1"}])
    refused("TagResource", INVALID, resourceArn="?", tags=[{"key": "a", "value": "b"}])
    refused("TagResource", INVALID, resourceArn=task, tags=[{"key": "aws:a", "value": "b"}])
    ok("ListTagsForResource", resourceArn=task)
    refused("ListTagsForResource", INVALID, resourceArn="?")
    refused("ListTagsForResource", INVALID, resourceArn=task[:-32] + "0" * 32)
    ok("UntagResource", resourceArn=task, tagKeys=["more"])
    refused("UntagResource", INVALID, resourceArn="?", tagKeys=["a"])
    refused("UntagResource", INVALID, resourceArn=task)
    ok("StopTask", task=task, reason="enough")
    refused("StopTask", INVALID, task="0" * 32)
    refused("StopTask", NO_CLUSTER, cluster="nowhere", task=task)
    await_("tasks_stopped", tasks=[task])


def pages():
    """What comes in pages of one is what comes at once."""
    for family in ("one", "two", "three"):
        ok("RegisterTaskDefinition", family=family, containerDefinitions=CONTAINERS)
    for method, operation in sorted(ecs.meta.method_to_api_mapping.items()):
        if ecs.can_paginate(method) and operation not in NEVER_DONE:
            given = {"targetType": "container-instance"} if operation == "ListAttributes" else {}
            paginator = ecs.get_paginator(method)
            key = paginator.result_keys[0].parsed["value"]
            large, small = ([item for page in paginator.paginate(PaginationConfig={"PageSize": size}, **given)
                             for item in page[key]] for size in (100, 1))
            if small != large:
                wrong.append(f"{operation} in pages of one differs: {small} and {large}"[:2000])


def settings():
    ok("PutAccountSetting", name="containerInsights", value="enabled")
    refused("PutAccountSetting", INVALID, name="other", value="enabled")
    refused("PutAccountSetting", INVALID, name="containerInsights", value="?")
    ok("PutAccountSettingDefault", name="containerInsights", value="disabled")
    refused("PutAccountSettingDefault", INVALID, name="other", value="enabled")
    refused("PutAccountSettingDefault", INVALID, name="containerInsights", value="?")
    ok("ListAccountSettings", effectiveSettings=True)
    paged("ListAccountSettings")
    ok("DeleteAccountSetting", name="containerInsights")
    refused("DeleteAccountSetting", INVALID, name="other")
    refused("DeleteAccountSetting", INVALID, name="containerInsights", principalArn="?")


def services():
    ok("CreateService", serviceName="web", taskDefinition="any", desiredCount=2,
       deploymentConfiguration={"deploymentCircuitBreaker": {"enable": True, "rollback": True}})
    refused("CreateService", CLIENT, serviceName="other", taskDefinition="nothing", desiredCount=1)
    refused("CreateService", INVALID, serviceName="web", taskDefinition="any", desiredCount=-1)
    await_("services_stable", services=["web"])
    ok("DescribeServices", services=["web", "nothing"], include=["TAGS"])
    refused("DescribeServices", INVALID, services=[])
    refused("DescribeServices", NO_CLUSTER, cluster="nowhere", services=["web"])
    ok("ListServices", launchType="EC2")
    paged("ListServices")
    refused("ListServicesByNamespace", "NamespaceNotFoundException", namespace="nowhere")
    refused("ListServicesByNamespace", INVALID)
    task = ecs.list_tasks(serviceName="web")["taskArns"][0]
    ok("UpdateTaskProtection", cluster="default", tasks=[task], protectionEnabled=True, expiresInMinutes=5)
    ok("GetTaskProtection", cluster="default", tasks=[task])
    ok("UpdateTaskProtection", cluster="default", tasks=[task], protectionEnabled=False)
    for operation, more in (("UpdateTaskProtection", {"protectionEnabled": True}), ("GetTaskProtection", {})):
        refused(operation, NO_CLUSTER, cluster="nowhere", tasks=[task], **more)
        refused(operation, INVALID, cluster="default", tasks=[task] * 101, **more)
    ok("UpdateService", service="web", taskDefinition="any:2", forceNewDeployment=True)
    refused("UpdateService", NO_SERVICE, service="nothing")
    refused("UpdateService", CLIENT, service="web", taskDefinition="nothing")


def deployments():
    running = ok("ListServiceDeployments", service="web")["serviceDeployments"]
    paged("ListServiceDeployments", service="web")
    refused("ListServiceDeployments", NO_SERVICE, service="nothing")
    arns = [one["serviceDeploymentArn"] for one in running]
    described = ok("DescribeServiceDeployments", serviceDeploymentArns=arns)["serviceDeployments"]
    refused("DescribeServiceDeployments", INVALID, serviceDeploymentArns=[])
    refused("DescribeServiceDeployments", INVALID, serviceDeploymentArns=["?"])
    revision = described[0]["targetServiceRevision"]["arn"]
    ok("DescribeServiceRevisions", serviceRevisionArns=[revision])
    refused("DescribeServiceRevisions", INVALID, serviceRevisionArns=[])
    refused("DescribeServiceRevisions", INVALID, serviceRevisionArns=["?"])
    ok("UpdateService", service="web", taskDefinition="any:2", forceNewDeployment=True)
    newest = ecs.list_service_deployments(service="web")["serviceDeployments"][0]["serviceDeploymentArn"]
    ok("StopServiceDeployment", serviceDeploymentArn=newest, stopType="ABORT")
    missing = newest[:-21] + "A" * 21
    refused("StopServiceDeployment", "ServiceDeploymentNotFoundException", serviceDeploymentArn=missing)
    refused("StopServiceDeployment", INVALID, serviceDeploymentArn="?")
    pause = [{"targetType": "PAUSE", "lifecycleStages": ["PRE_SCALE_UP"]}]
    ok("CreateService", serviceName="blue", taskDefinition="any", desiredCount=1,
       deploymentConfiguration={"strategy": "BLUE_GREEN", "bakeTimeInMinutes": 0, "lifecycleHooks": pause})
    held = []

    def waits():
        newest = ecs.list_service_deployments(service="blue")["serviceDeployments"]
        if newest:
            arn = newest[0]["serviceDeploymentArn"]
            found = ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"][0]
            held[:] = [(arn, hook["hookId"]) for hook in found.get("lifecycleHookDetails", [])
                       if hook.get("status") == "AWAITING_ACTION"]
        return bool(held)

    until("the deployment waits at its hook", waits)
    arn, hook = held[0]
    refused("ContinueServiceDeployment", INVALID, serviceDeploymentArn=arn, hookId="nothing")
    refused("ContinueServiceDeployment", "ServiceDeploymentNotFoundException", serviceDeploymentArn=missing, hookId=hook)
    ok("ContinueServiceDeployment", serviceDeploymentArn=arn, hookId=hook, action="CONTINUE")
    for service in ("web", "blue"):
        ok("DeleteService", service=service, force=True)
    await_("services_inactive", services=["web"])
    refused("DeleteService", NO_SERVICE, service="nothing")
    refused("DeleteService", NO_CLUSTER, cluster="nowhere", service="web")


def task_sets():
    ok("CreateService", serviceName="outside", desiredCount=1, deploymentController={"type": "EXTERNAL"})
    of = {"cluster": "default", "service": "outside"}
    nowhere = {"cluster": "default", "service": "nothing"}
    scale = {"value": 100, "unit": "PERCENT"}
    made = ok("CreateTaskSet", taskDefinition="any", scale=scale, **of)["taskSet"]["id"]
    refused("CreateTaskSet", NO_SERVICE, taskDefinition="any", **nowhere)
    refused("CreateTaskSet", CLIENT, taskDefinition="nothing", **of)
    ok("DescribeTaskSets", include=["TAGS"], **of)
    refused("DescribeTaskSets", NO_SERVICE, **nowhere)
    refused("DescribeTaskSets", NO_CLUSTER, cluster="nowhere", service="outside")
    ok("UpdateServicePrimaryTaskSet", primaryTaskSet=made, **of)
    ok("UpdateTaskSet", taskSet=made, scale={"value": 50, "unit": "PERCENT"}, **of)
    for operation, name, more in (("UpdateServicePrimaryTaskSet", "primaryTaskSet", {}),
                                  ("UpdateTaskSet", "taskSet", {"scale": scale}), ("DeleteTaskSet", "taskSet", {})):
        refused(operation, "TaskSetNotFoundException", **{name: "ecs-svc/" + "1" * 19}, **more, **of)
        refused(operation, NO_SERVICE, **{name: made}, **more, **nowhere)
    ok("DeleteTaskSet", taskSet=made, force=True, **of)


def daemons():
    definition = ok("RegisterDaemonTaskDefinition", family="logs", containerDefinitions=CONTAINERS)
    definition = definition["daemonTaskDefinitionArn"]
    refused("RegisterDaemonTaskDefinition", CLIENT, family="a b", containerDefinitions=CONTAINERS)
    refused("RegisterDaemonTaskDefinition", CLIENT, family="logs", containerDefinitions=[])
    ok("DescribeDaemonTaskDefinition", daemonTaskDefinition=definition)
    await_("daemon_task_definition_active", daemonTaskDefinition=definition)
    refused("DescribeDaemonTaskDefinition", CLIENT, daemonTaskDefinition="nothing")
    refused("DescribeDaemonTaskDefinition", INVALID)
    ok("ListDaemonTaskDefinitions", family="logs")
    paged("ListDaemonTaskDefinitions")
    provider = ok("DescribeCapacityProviders", capacityProviders=["FARGATE"])["capacityProviders"][0]
    on = {"daemonTaskDefinitionArn": definition, "capacityProviderArns": [provider["capacityProviderArn"]]}
    daemon = ok("CreateDaemon", daemonName="logs", **on)["daemonArn"]
    refused("CreateDaemon", CLIENT, daemonName="other", **{**on, "daemonTaskDefinitionArn": "nothing:1"})
    refused("CreateDaemon", INVALID, daemonName="other", **{**on, "capacityProviderArns": ["nowhere"]})
    missing = daemon[:daemon.rindex("/")] + "/nothing"
    await_("daemon_active", daemonArn=daemon)
    described = ok("DescribeDaemon", daemonArn=daemon)["daemon"]
    ok("ListDaemons")
    paged("ListDaemons")
    deployments = ok("ListDaemonDeployments", daemonArn=daemon)["daemonDeployments"]
    paged("ListDaemonDeployments", daemonArn=daemon)
    found = ok("DescribeDaemonDeployments", daemonDeploymentArns=[deployments[0]["daemonDeploymentArn"]])
    revision = described["currentRevisions"][0]["arn"] if described.get("currentRevisions") \
        else found["daemonDeployments"][0]["targetDaemonRevision"]["arn"]
    ok("DescribeDaemonRevisions", daemonRevisionArns=[revision])
    for operation, name in (("DescribeDaemonDeployments", "daemonDeploymentArns"),
                            ("DescribeDaemonRevisions", "daemonRevisionArns")):
        refused(operation, INVALID, **{name: []})
        refused(operation, INVALID, **{name: ["?"]})
    await_("daemon_deployment_successful", daemonDeploymentArns=[deployments[0]["daemonDeploymentArn"]])
    ok("UpdateDaemon", daemonArn=daemon, deploymentConfiguration={"drainPercent": 100.0}, **on)
    ok("UpdateDaemon", daemonArn=daemon, deploymentConfiguration={"drainPercent": 50.0}, **on)
    replaced = ok("ListDaemonDeployments", daemonArn=daemon)["daemonDeployments"][1]["daemonDeploymentArn"]
    await_("daemon_deployment_stopped", daemonDeploymentArns=[replaced])
    for operation, more in (("DescribeDaemon", {}), ("UpdateDaemon", on), ("DeleteDaemon", {})):
        refused(operation, "DaemonNotFoundException", daemonArn=missing, **more)
        refused(operation, INVALID, daemonArn="?", **more)
    ok("DeleteDaemon", daemonArn=daemon)
    refused("DeleteDaemonTaskDefinition", CLIENT, daemonTaskDefinition="logs")
    refused("DeleteDaemonTaskDefinition", CLIENT, daemonTaskDefinition="logs:99")
    ok("DeleteDaemonTaskDefinition", daemonTaskDefinition=definition)
    await_("daemon_task_definition_deleted", daemonTaskDefinition=definition)


def express():
    roles = {"executionRoleArn": "arn:aws:iam::000000000000:role/a",
             "infrastructureRoleArn": "arn:aws:iam::000000000000:role/b"}
    arn = "arn:aws:ecs:us-east-1:000000000000:service/default/nothing"
    refused("CreateExpressGatewayService", UNSUPPORTED, primaryContainer={"image": "any"}, **roles)
    refused("CreateExpressGatewayService", NO_CLUSTER, cluster="nowhere", primaryContainer={"image": "any"}, **roles)
    refused("DescribeExpressGatewayService", "ResourceNotFoundException", serviceArn=arn)
    refused("DescribeExpressGatewayService", INVALID, serviceArn="?")
    for operation in ("UpdateExpressGatewayService", "DeleteExpressGatewayService"):
        refused(operation, NO_SERVICE, serviceArn=arn)
        refused(operation, INVALID, serviceArn="?")


clusters()
providers()
definitions()
nodes = instances()
foreign_agents()
tasks(nodes)
pages()
settings()
services()
deployments()
task_sets()
daemons()
express()
for name in model.operation_names:
    print(f"{name}: done {done.get(name, 0)}, refused {len(refusals.get(name, ()))}")
    if name not in done and name not in NEVER_DONE:
        wrong.append(f"{name} was never done")
    if len(refusals.get(name, ())) < 2:
        wrong.append(f"{name} was refused in fewer than two ways")
wrong.extend(f"nobody waited for {waiter}" for waiter in ecs.waiter_names if waiter not in waited)
for finding in wrong:
    print("WRONG", finding)
sys.exit(1 if wrong else 0)
