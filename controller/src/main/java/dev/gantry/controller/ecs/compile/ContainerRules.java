package dev.gantry.controller.ecs.compile;

import static dev.gantry.controller.ecs.compile.Rule.present;
import static dev.gantry.controller.ecs.compile.Rule.require;

import dev.gantry.aws.ecs.ContainerDefinition;
import dev.gantry.aws.ecs.ContainerRestartPolicy;
import dev.gantry.aws.ecs.EnvironmentFile;
import dev.gantry.aws.ecs.HealthCheck;
import dev.gantry.aws.ecs.KeyValuePair;
import dev.gantry.aws.ecs.LogConfiguration;
import dev.gantry.aws.ecs.RegisterTaskDefinitionRequest;
import dev.gantry.aws.ecs.ResourceRequirement;
import dev.gantry.aws.ecs.Secret;
import dev.gantry.aws.ecs.Ulimit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What one container must keep, apart from memory, ports, volumes and order. */
final class ContainerRules {

    private static final int EXIT_CODES_MAX = 50;
    private static final int ENVIRONMENT_FILES_MAX = 10;

    private ContainerRules() {}

    static void check(RegisterTaskDefinitionRequest definition, ContainerDefinition container) {
        String name = String.valueOf(container.name());
        String image = present(container.image(), "Container.image should not be null or empty.");
        require(image.matches("[A-Za-z0-9_./:@#-]{1,255}"), "Container.image contains invalid characters.");
        checkNetwork(definition, container, name);
        checkEnvironment(container, name);
        checkHealth(container.healthCheck(), name);
        checkRestart(container.restartPolicy(), name);
        checkTimeout(container.startTimeout(), "startTimeout", name);
        checkTimeout(container.stopTimeout(), "stopTimeout", name);
        checkUlimits(container.ulimitsOrEmpty(), name);
        checkDevices(container.resourceRequirementsOrEmpty(), name);
        checkLog(container.logConfiguration());
        LinuxRules.check(container.linuxParameters(), name);
    }

    private static void checkNetwork(
            RegisterTaskDefinitionRequest definition, ContainerDefinition container, String name) {
        String mode = String.valueOf(definition.networkMode());
        boolean bridge = mode.equals("bridge");
        require(container.linksOrEmpty().isEmpty() || bridge, "Links are not supported when networkMode=" + mode + ".");
        for (String link : container.linksOrEmpty()) {
            String target = link.split(":", 2)[0];
            require(!target.equals(name), name, "A container cannot link to itself.");
            require(
                    definition.containerDefinitions().stream().anyMatch(other -> target.equals(other.name())),
                    name,
                    "It links to the unknown container '" + target + "'.");
        }
        boolean ownNetwork = bridge || mode.equals("none");
        require(
                container.hostname() == null || ownNetwork,
                "Hostname is not supported on container when networkMode=" + mode + ".");
        require(
                container.dnsServersOrEmpty().isEmpty() || bridge,
                "DNS servers are not supported on container when networkMode=" + mode + ".");
        require(
                container.dnsSearchDomainsOrEmpty().isEmpty() || bridge,
                "DNS search domains are not supported on container when networkMode=" + mode + ".");
        require(
                container.extraHostsOrEmpty().isEmpty() || !mode.equals("awsvpc"),
                "Extra hosts are not supported on container when networkMode=awsvpc.");
        boolean tunesNetwork = container.systemControlsOrEmpty().stream()
                .anyMatch(control -> String.valueOf(control.namespace()).startsWith("net."));
        require(
                !tunesNetwork || !mode.equals("host"),
                "Network systemControls are not supported when networkMode=host.");
    }

    private static void checkEnvironment(ContainerDefinition container, String name) {
        Set<String> variables = new HashSet<>();
        for (KeyValuePair variable : container.environmentOrEmpty()) {
            String key = variable.name();
            require(key != null && !key.isEmpty(), name, "Environment variable names should not be null or empty.");
            variables.add(key);
        }
        for (Secret secret : container.secretsOrEmpty()) {
            require(
                    variables.add(secret.name()),
                    "The secret name must be unique and not shared with any new or existing environment variables set"
                            + " on the container, such as '" + secret.name() + "'.");
        }
        List<EnvironmentFile> files = container.environmentFilesOrEmpty();
        require(
                files.size() <= ENVIRONMENT_FILES_MAX,
                name,
                "A container can have at most " + ENVIRONMENT_FILES_MAX + " environment files.");
        for (EnvironmentFile file : files) {
            require(
                    file.value().endsWith(".env"),
                    name,
                    "The environment file '" + file.value() + "' must end in .env.");
        }
    }

    private static void checkHealth(@Nullable HealthCheck check, String name) {
        if (check == null) {
            return;
        }
        List<String> command = check.command();
        require(!command.isEmpty(), name, "The health check command should not be empty.");
        require(
                command.getFirst().equals("CMD") || command.getFirst().equals("CMD-SHELL"),
                name,
                "The health check command must start with CMD or CMD-SHELL.");
        require(command.size() > 1, name, "The health check command should not be empty.");
        within(check.interval(), 5, 300, "health check interval", name);
        within(check.timeout(), 2, 60, "health check timeout", name);
        within(check.retries(), 1, 10, "health check retries", name);
        within(check.startPeriod(), 0, 300, "health check startPeriod", name);
    }

    private static void checkRestart(@Nullable ContainerRestartPolicy policy, String name) {
        if (policy == null) {
            return;
        }
        require(
                policy.ignoredExitCodesOrEmpty().size() <= EXIT_CODES_MAX,
                name,
                "A restart policy can ignore at most " + EXIT_CODES_MAX + " exit codes.");
        within(policy.restartAttemptPeriod(), 60, 1800, "restartAttemptPeriod", name);
    }

    private static void checkLog(@Nullable LogConfiguration log) {
        if (log == null || !log.logDriver().equals("awslogs")) {
            return;
        }
        String missing = Stream.of("awslogs-region", "awslogs-group")
                .filter(option -> !log.optionsOrEmpty().containsKey(option))
                .collect(Collectors.joining(", "));
        require(missing.isEmpty(), "Log driver awslogs requires options: " + missing);
    }

    private static void checkTimeout(@Nullable Integer seconds, String setting, String name) {
        require(seconds == null || seconds > 0, name, "The '" + setting + "' value must be positive.");
    }

    private static void checkUlimits(List<Ulimit> ulimits, String name) {
        Set<String> names = new HashSet<>();
        for (Ulimit ulimit : ulimits) {
            require(names.add(ulimit.name()), name, "Duplicate ulimit name: '" + ulimit.name() + "'.");
            boolean unlimited = ulimit.hardLimit() == -1;
            require(
                    unlimited || ulimit.softLimit() <= ulimit.hardLimit(),
                    name,
                    "The softLimit of ulimit '" + ulimit.name() + "' is greater than its hardLimit.");
        }
    }

    private static void checkDevices(List<ResourceRequirement> requirements, String name) {
        for (ResourceRequirement requirement : requirements) {
            require(
                    !requirement.type().equals("GPU") || requirement.value().matches("[1-9][0-9]{0,3}"),
                    name,
                    "The GPU value '" + requirement.value() + "' must be a positive whole number.");
        }
    }

    static void within(@Nullable Integer value, int min, int max, String what, String name) {
        require(
                value == null || (value >= min && value <= max),
                name,
                "The " + what + " value must be between " + min + " and " + max + ", was " + value + ".");
    }
}
