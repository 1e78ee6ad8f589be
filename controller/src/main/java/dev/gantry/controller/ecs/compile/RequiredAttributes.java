package dev.gantry.controller.ecs.compile;

import dev.gantry.aws.ecs.ContainerDefinition;
import dev.gantry.aws.ecs.LogConfiguration;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.Secret;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which attributes a node must have for a definition, in the names of the ECS agent's capabilities. The engine's API version
 * is not among them: every agent needs an engine that is new enough for all of them.
 */
public final class RequiredAttributes {

    private static final String AGENT = "com.amazonaws.ecs.capability.";
    private static final String ECS = "ecs.capability.";

    private RequiredAttributes() {}

    /** Sorted, without duplicates. */
    public static List<String> of(RegisterTaskDefinitionRequest definition) {
        Set<String> attributes = new TreeSet<>();
        if (definition.taskRoleArn() != null) {
            attributes.add(AGENT + "task-iam-role" + ("host".equals(definition.networkMode()) ? "-network-host" : ""));
        }
        if ("awsvpc".equals(definition.networkMode())) {
            attributes.add(ECS + "task-eni");
        }
        if (definition.volumesOrEmpty().stream().anyMatch(volume -> volume.efsVolumeConfiguration() != null)) {
            attributes.add(ECS + "efs");
        }
        definition.containerDefinitions().forEach(container -> addContainer(attributes, container));
        return List.copyOf(attributes);
    }

    private static void addContainer(Set<String> attributes, ContainerDefinition container) {
        if (Boolean.TRUE.equals(container.privileged())) {
            attributes.add(AGENT + "privileged-container");
        }
        if (container.image() != null && container.image().matches("[0-9]{12}\\.dkr\\.ecr\\..*")) {
            attributes.add(AGENT + "ecr-auth");
        }
        if (container.healthCheck() != null) {
            attributes.add(ECS + "container-health-check");
        }
        if (!container.dependsOnOrEmpty().isEmpty()) {
            attributes.add(ECS + "container-ordering");
        }
        if (container.restartPolicy() != null && container.restartPolicy().enabled()) {
            attributes.add(ECS + "container-restart-policy");
        }
        if (!container.environmentFilesOrEmpty().isEmpty()) {
            attributes.add(ECS + "env-files.s3");
        }
        if (container.firelensConfiguration() != null) {
            attributes.add(ECS + "firelens." + container.firelensConfiguration().type());
        }
        container
                .secretsOrEmpty()
                .forEach(secret -> attributes.add(ECS + secretStore(secret) + ".environment-variables"));
        LogConfiguration log = container.logConfiguration();
        if (log != null) {
            attributes.add(AGENT + "logging-driver." + log.logDriver());
        }
    }

    private static String secretStore(Secret secret) {
        return secret.valueFrom().startsWith("arn:aws:secretsmanager:") ? "secrets.asm" : "secrets.ssm";
    }
}
