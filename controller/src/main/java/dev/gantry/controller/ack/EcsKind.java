package dev.gantry.controller.ack;

import dev.gantry.controller.kube.document.ResourceName;
import java.util.List;
import java.util.Map;

/** The kinds, and where the model of ECS says what they are made of. */
enum EcsKind {
    CLUSTER(
            "Cluster",
            "clusters",
            new Input("CreateClusterRequest", "clusterName", "name"),
            new Output("Cluster", "clusterArn"),
            List.of(
                    "status",
                    "registeredContainerInstancesCount",
                    "runningTasksCount",
                    "pendingTasksCount",
                    "activeServicesCount",
                    "statistics")),
    SERVICE(
            "Service",
            "services",
            new Input("CreateServiceRequest", "serviceName", "name"),
            new Output("Service", "serviceArn"),
            List.of(
                    "status",
                    "runningCount",
                    "pendingCount",
                    "clusterArn",
                    "createdAt",
                    "createdBy",
                    "roleArn",
                    "platformFamily",
                    "deployments",
                    "events")),
    TASK_DEFINITION(
            "TaskDefinition",
            "taskdefinitions",
            new Input("RegisterTaskDefinitionRequest", "family", "family"),
            new Output("TaskDefinition", "taskDefinitionArn"),
            List.of(
                    "revision",
                    "status",
                    "compatibilities",
                    "requiresAttributes",
                    "registeredAt",
                    "registeredBy",
                    "deregisteredAt"));

    static final String GROUP = "ecs.services.k8s.aws";
    static final String VERSION = "v1alpha1";

    /** What only the call itself needs. */
    static final String CLIENT_TOKEN = "clientToken";

    /** Objects that may be named instead of what they stand for, by the member that it goes to. */
    static final Map<String, String> REFERENCES =
            Map.of("cluster", "clusterRef", "taskDefinition", "taskDefinitionRef");

    /**
     * The request that makes one: what the spec is.
     *
     * @param name  the member by which ECS tells one from another
     * @param shown what that is called here
     */
    record Input(String shape, String name, String shown) {}

    /**
     * The answer that describes one: what the status is taken from.
     *
     * @param arn the member with its ARN
     */
    record Output(String shape, String arn) {}

    private final String title;
    private final String plural;
    private final Input input;
    private final Output output;
    private final List<String> status;

    EcsKind(String title, String plural, Input input, Output output, List<String> status) {
        this.title = title;
        this.plural = plural;
        this.input = input;
        this.output = output;
        this.status = status;
    }

    String title() {
        return title;
    }

    ResourceName resource() {
        return new ResourceName(GROUP, plural);
    }

    Input input() {
        return input;
    }

    Output output() {
        return output;
    }

    /** Members of the output that no spec has, in ECS's spelling. */
    List<String> status() {
        return status;
    }
}
