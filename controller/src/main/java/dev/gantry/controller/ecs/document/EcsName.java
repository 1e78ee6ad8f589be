package dev.gantry.controller.ecs.document;

/** What an ARN of ECS names, in this account and region. */
public sealed interface EcsName {

    record ClusterName(String name) implements EcsName {}

    record TaskName(String cluster, String id) implements EcsName {}

    record ServiceName(String cluster, String name) implements EcsName {}

    record ServiceDeploymentName(String cluster, String service, String id) implements EcsName {}

    record ServiceRevisionName(String cluster, String service, String id) implements EcsName {}

    record TaskSetName(String cluster, String service, String id) implements EcsName {}

    /** A container instance. */
    record NodeName(String cluster, String id) implements EcsName {}

    record DefinitionName(String family, int revision) implements EcsName {}
}
