package dev.gantry.agent.docker;

import com.github.dockerjava.api.command.HealthState;
import com.github.dockerjava.api.command.InspectContainerResponse;
import com.github.dockerjava.api.command.InspectImageResponse;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.ContainerConfig;
import com.github.dockerjava.api.model.ContainerNetwork;
import com.github.dockerjava.api.model.ExposedPort;
import com.github.dockerjava.api.model.Image;
import com.github.dockerjava.api.model.Info;
import com.github.dockerjava.api.model.InternetProtocol;
import com.github.dockerjava.api.model.NetworkSettings;
import com.github.dockerjava.api.model.Ports;
import com.github.dockerjava.api.model.Statistics;
import com.github.dockerjava.api.model.Version;
import dev.gantry.agent.engine.EngineFacts;
import dev.gantry.agent.engine.Labels;
import dev.gantry.agent.engine.Listing;
import dev.gantry.agent.engine.LocalImage;
import dev.gantry.agent.engine.Sighting;
import dev.gantry.agent.plan.ObservedContainer;
import dev.gantry.proto.ContainerStats;
import dev.gantry.proto.Health;
import dev.gantry.proto.NetworkBinding;
import dev.gantry.proto.Protocol;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the engine's answers. */
final class Answers {

    private static final String NONE = "<none>";

    private Answers() {}

    static EngineFacts facts(Info info, Version version) {
        Map<String, List<String>> plugins = orElse(info.getPlugins(), Map.of());
        Set<String> drivers = new TreeSet<>(orElse(plugins.get("Log"), List.of()));
        drivers.add("none");
        return new EngineFacts(
                orElse(version.getVersion(), ""),
                orElse(version.getApiVersion(), ""),
                orElse(info.getNCPU(), 0),
                orElse(info.getMemTotal(), 0L),
                orElse(info.getOperatingSystem(), ""),
                orElse(info.getKernelVersion(), ""),
                orElse(version.getArch(), ""),
                orElse(info.getCGroupDriver(), ""),
                drivers);
    }

    static Listing listing(Container container) {
        Map<String, String> labels = orElse(container.getLabels(), Map.of());
        return new Listing(
                container.getId(),
                labels.getOrDefault(Labels.WORKLOAD, ""),
                labels.getOrDefault(Labels.CONTAINER, ""),
                state(container.getState()));
    }

    private static ObservedContainer.State state(@Nullable String status) {
        return switch (orElse(status, "")) {
            case "created" -> ObservedContainer.State.CREATED;
            case "running", "paused", "restarting" -> ObservedContainer.State.RUNNING;
            default -> ObservedContainer.State.EXITED;
        };
    }

    static Sighting sighting(InspectContainerResponse answer, String nodeId) {
        Map<String, String> labels = Optional.ofNullable(answer.getConfig())
                .map(ContainerConfig::getLabels)
                .orElse(Map.of());
        boolean own = nodeId.equals(labels.get(Labels.NODE));
        InspectContainerResponse.ContainerState state = answer.getState();
        long startedAtMs = millis(state.getStartedAt());
        // An engine that died while it started a container may call it exited though it never ran.
        ObservedContainer.State seen = startedAtMs == 0 ? ObservedContainer.State.CREATED : state(state.getStatus());
        ObservedContainer container = new ObservedContainer(
                answer.getId(),
                labels.getOrDefault(Labels.CONTAINER, ""),
                seen,
                Math.toIntExact(orElse(state.getExitCodeLong(), 0L)),
                orElse(state.getOOMKilled(), false),
                orElse(state.getError(), ""),
                startedAtMs,
                millis(state.getFinishedAt()),
                health(state.getHealth()),
                orElse(answer.getImageId(), ""),
                bindings(answer.getNetworkSettings()),
                addresses(answer.getNetworkSettings()));
        return new Sighting(
                own ? labels.getOrDefault(Labels.WORKLOAD, "") : "", container, orElse(state.getPidLong(), 0L));
    }

    /** The engine writes the year 1 for never. */
    private static long millis(@Nullable String time) {
        return time == null || time.isEmpty()
                ? 0
                : Math.max(0, Instant.parse(time).toEpochMilli());
    }

    private static Health health(@Nullable HealthState health) {
        return switch (health == null ? "" : orElse(health.getStatus(), "")) {
            case "healthy" -> Health.HEALTHY;
            case "unhealthy" -> Health.UNHEALTHY;
            default -> Health.HEALTH_UNKNOWN;
        };
    }

    private static List<NetworkBinding> bindings(@Nullable NetworkSettings network) {
        List<NetworkBinding> all = new ArrayList<>();
        Ports ports = network == null ? null : network.getPorts();
        if (ports == null) {
            return all;
        }
        ports.getBindings().forEach((exposed, bound) -> binding(exposed, bound).ifPresent(all::add));
        all.sort(Comparator.comparingInt(NetworkBinding::getContainerPort).thenComparing(NetworkBinding::getProtocol));
        return all;
    }

    /** One binding a port: the engine lists the same one once more for IPv6. */
    private static Optional<NetworkBinding> binding(ExposedPort exposed, Ports.Binding @Nullable [] bound) {
        return Stream.of(orElse(bound, new Ports.Binding[0]))
                .filter(Objects::nonNull)
                .min(Comparator.comparing(
                        binding -> orElse(binding.getHostIp(), "").contains(":")))
                .map(binding -> NetworkBinding.newBuilder()
                        .setBindIp(orElse(binding.getHostIp(), ""))
                        .setContainerPort(exposed.getPort())
                        .setHostPort(Integer.parseInt(binding.getHostPortSpec()))
                        .setProtocol(exposed.getProtocol() == InternetProtocol.UDP ? Protocol.UDP : Protocol.TCP)
                        .build());
    }

    private static List<String> addresses(@Nullable NetworkSettings network) {
        Map<String, ContainerNetwork> networks = network == null ? Map.of() : orElse(network.getNetworks(), Map.of());
        return networks.values().stream()
                .flatMap(one -> Stream.of(orElse(one.getIpAddress(), ""), orElse(one.getGlobalIPv6Address(), "")))
                .filter(address -> !address.isEmpty())
                .toList();
    }

    static LocalImage image(InspectImageResponse image) {
        return new LocalImage(
                orElse(image.getId(), ""),
                orElse(image.getRepoTags(), List.of()),
                orElse(image.getRepoDigests(), List.of()));
    }

    static LocalImage image(Image image) {
        return new LocalImage(image.getId(), named(image.getRepoTags()), named(image.getRepoDigests()));
    }

    private static List<String> named(String @Nullable [] names) {
        return Arrays.stream(orElse(names, new String[0]))
                .filter(name -> !name.startsWith(NONE))
                .toList();
    }

    static ContainerStats stats(Statistics sample) {
        ContainerStats.Builder stats = ContainerStats.newBuilder();
        Optional.ofNullable(sample.getCpuStats())
                .map(cpu -> cpu.getCpuUsage())
                .map(usage -> usage.getTotalUsage())
                .ifPresent(stats::setCpuTotalNanos);
        Optional.ofNullable(sample.getMemoryStats()).ifPresent(memory -> {
            stats.setMemoryBytes(orElse(memory.getUsage(), 0L));
            stats.setMemoryLimitBytes(orElse(memory.getLimit(), 0L));
        });
        Optional.ofNullable(sample.getNetworks())
                .ifPresent(networks -> networks.values().forEach(network -> {
                    stats.setReceivedBytes(stats.getReceivedBytes() + orElse(network.getRxBytes(), 0L));
                    stats.setSentBytes(stats.getSentBytes() + orElse(network.getTxBytes(), 0L));
                }));
        return stats.build();
    }

    static <T> T orElse(@Nullable T value, T otherwise) {
        return value == null ? otherwise : value;
    }
}
