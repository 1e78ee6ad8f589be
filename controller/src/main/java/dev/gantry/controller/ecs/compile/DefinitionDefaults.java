package dev.gantry.controller.ecs.compile;

import dev.gantry.aws.ecs.ContainerDefinition;
import dev.gantry.aws.ecs.ContainerRestartPolicy;
import dev.gantry.aws.ecs.HealthCheck;
import dev.gantry.aws.ecs.PortMapping;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.Volume;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Fills in what ECS fills in when a task definition is registered, so that what is described is what runs. */
public final class DefinitionDefaults {

    private static final int HEALTH_INTERVAL_SECONDS = 30;
    private static final int HEALTH_TIMEOUT_SECONDS = 5;
    private static final int HEALTH_RETRIES = 3;
    private static final int RESTART_ATTEMPT_PERIOD_SECONDS = 300;

    private DefinitionDefaults() {}

    public static RegisterTaskDefinitionRequest filled(RegisterTaskDefinitionRequest request) {
        String mode = request.networkMode() == null ? "bridge" : request.networkMode();
        return request.toBuilder()
                .networkMode(mode)
                .cpu(request.cpu() == null ? null : String.valueOf(Sizes.cpuUnits(request.cpu())))
                .memory(request.memory() == null ? null : String.valueOf(Sizes.memoryMib(request.memory())))
                .volumes(request.volumesOrEmpty().stream()
                        .map(DefinitionDefaults::volume)
                        .toList())
                .placementConstraints(request.placementConstraintsOrEmpty())
                .containerDefinitions(request.containerDefinitions().stream()
                        .map(container -> container(container, mode))
                        .toList())
                .tags(null)
                .build();
    }

    private static ContainerDefinition container(ContainerDefinition container, String mode) {
        return container.toBuilder()
                .cpu(container.cpu() == null ? 0 : container.cpu())
                .essential(!Boolean.FALSE.equals(container.essential()))
                .portMappings(container.portMappingsOrEmpty().stream()
                        .map(port -> port(port, mode))
                        .toList())
                .environment(container.environmentOrEmpty())
                .mountPoints(container.mountPointsOrEmpty())
                .volumesFrom(container.volumesFromOrEmpty())
                .systemControls(container.systemControlsOrEmpty())
                .healthCheck(health(container.healthCheck()))
                .restartPolicy(restart(container.restartPolicy()))
                .build();
    }

    private static PortMapping port(PortMapping port, String mode) {
        boolean sameOnHost = mode.equals("host") || mode.equals("awsvpc");
        Integer dynamic = port.containerPortRange() == null ? Integer.valueOf(0) : null;
        Integer host = sameOnHost && (port.hostPort() == null || port.hostPort() == 0)
                ? port.containerPort()
                : port.hostPort();
        return port.toBuilder()
                .hostPort(host == null ? dynamic : host)
                .protocol(port.protocol() == null ? "tcp" : port.protocol().toLowerCase(Locale.ROOT))
                .build();
    }

    private static @Nullable HealthCheck health(@Nullable HealthCheck check) {
        if (check == null) {
            return null;
        }
        List<String> command =
                check.command().size() == 1 && !check.command().getFirst().startsWith("CMD")
                        ? List.of("CMD-SHELL", check.command().getFirst())
                        : check.command();
        return check.toBuilder()
                .command(command)
                .interval(check.interval() == null ? HEALTH_INTERVAL_SECONDS : check.interval())
                .timeout(check.timeout() == null ? HEALTH_TIMEOUT_SECONDS : check.timeout())
                .retries(check.retries() == null ? HEALTH_RETRIES : check.retries())
                .build();
    }

    private static @Nullable ContainerRestartPolicy restart(@Nullable ContainerRestartPolicy policy) {
        return policy == null || policy.restartAttemptPeriod() != null
                ? policy
                : policy.toBuilder()
                        .restartAttemptPeriod(RESTART_ATTEMPT_PERIOD_SECONDS)
                        .build();
    }

    private static Volume volume(Volume volume) {
        if (volume.dockerVolumeConfiguration() == null) {
            return volume;
        }
        var docker = volume.dockerVolumeConfiguration();
        return volume.toBuilder()
                .dockerVolumeConfiguration(docker.toBuilder()
                        .scope(docker.scope() == null ? "task" : docker.scope())
                        .driver(docker.driver() == null ? "local" : docker.driver())
                        .build())
                .build();
    }
}
