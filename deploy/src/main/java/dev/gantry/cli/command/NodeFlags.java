package dev.gantry.cli.command;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of the commands that run an agent. */
final class NodeFlags {

    @Option(
            names = "--docker",
            paramLabel = "URL",
            description = "Engine to use; default DOCKER_HOST or /var/run/docker.sock.")
    private @Nullable String docker;

    @Option(names = "--name", paramLabel = "NAME", description = "Of the node; default is the host's name.")
    private @Nullable String name;

    @Option(
            names = "--attributes",
            split = ",",
            paramLabel = "K=V",
            description = "Custom attributes, for placement constraints.")
    private Map<String, String> attributes = new LinkedHashMap<>();

    @Option(
            names = "--host-path",
            paramLabel = "DIR",
            description = "Host folder that tasks may mount; may be repeated.")
    private List<Path> hostPaths = List.of();

    @Nullable
    String docker() {
        return docker;
    }

    @Nullable
    String name() {
        return name;
    }

    Map<String, String> attributes() {
        return attributes;
    }

    List<Path> hostPaths() {
        return hostPaths.stream().map(path -> path.toAbsolutePath().normalize()).toList();
    }
}
