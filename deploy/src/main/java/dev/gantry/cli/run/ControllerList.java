package dev.gantry.cli.run;

import dev.gantry.agent.connection.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The controllers that an agent has been told of, kept in its data directory so that {@code --join} is needed once. */
final class ControllerList {

    private final Path file;

    ControllerList(Path dataDirectory) {
        this.file = dataDirectory.resolve("controllers");
    }

    List<HostPort> addresses() {
        return lines().stream().map(HostPort::parse).toList();
    }

    void remember(HostPort address) {
        Set<String> all = new LinkedHashSet<>();
        all.add(address.toString());
        all.addAll(lines());
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.write(file, all);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private List<String> lines() {
        try {
            return Files.exists(file)
                    ? Files.readAllLines(file).stream()
                            .filter(line -> !line.isBlank())
                            .toList()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
