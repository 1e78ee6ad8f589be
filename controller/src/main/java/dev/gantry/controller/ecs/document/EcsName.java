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

    /** A capacity provider. */
    record ProviderName(String name) implements EcsName {

        /** Whether a capacity provider can have this name. */
        public static boolean isValid(String name) {
            return name.matches("[A-Za-z0-9_-]{1,255}");
        }
    }

    /** A managed daemon. */
    record DaemonName(String cluster, String name) implements EcsName {}

    record DaemonDeploymentName(String cluster, String daemon, String id) implements EcsName {}

    record DaemonRevisionName(String cluster, String daemon, String id) implements EcsName {}

    record DefinitionName(String family, int revision) implements EcsName {}

    /** A daemon task definition. */
    record DaemonDefinitionName(String family, int revision) implements EcsName {}
}
