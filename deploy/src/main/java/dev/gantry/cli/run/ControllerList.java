package dev.gantry.cli.run;

import dev.gantry.agent.connection.HostPort;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
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
        List<String> before = lines();
        all.addAll(before);
        if (List.copyOf(all).equals(before)) {
            return;
        }
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            // On a full disk the old list stays whole.
            Path draft = file.resolveSibling(file.getFileName() + ".new");
            Files.write(draft, all);
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
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
