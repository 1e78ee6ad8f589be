package dev.gantry.agent.work;

import dev.gantry.agent.AgentSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides which directories of the machine a task may mount. A path counts as what it resolves to, so that a symbolic link leads nowhere that
 * the path itself may not go. The engine's socket, the kernel's file systems and the agent's own directory are never given away, nor is a
 * directory that holds one of them; but who may have the root directory, which holds them all, may have the root directory.
 */
final class HostPaths {

    private static final List<String> NEVER = List.of(
            "/proc",
            "/sys",
            "/var/run/docker.sock",
            "/run/docker.sock",
            "/var/lib/docker",
            "/run/containerd",
            "/var/lib/containerd");

    private static final Path ROOT = Path.of("/");

    private final boolean rootToo;
    private final Set<Path> roots;
    private final Set<Path> never = new HashSet<>();

    /** @param rootToo whether the machine's root directory may be mounted, whatever it holds */
    HostPaths(boolean rootToo, Collection<Path> roots, Collection<Path> neverToo) {
        this.rootToo = rootToo;
        this.roots = Set.copyOf(roots);
        NEVER.forEach(path -> never.add(resolved(Path.of(path))));
        neverToo.forEach(path -> never.add(resolved(path.toAbsolutePath())));
    }

    /** Those that the node's owner allows. */
    static HostPaths of(AgentSettings settings) {
        Set<Path> never = new HashSet<>(Set.of(settings.dataDirectory()));
        String host = settings.engine().host();
        if (host.startsWith("unix://")) {
            never.add(Path.of(host.substring("unix://".length())));
        }
        return new HostPaths(settings.allowed().hostRoot(), settings.allowed().hostPaths(), never);
    }

    /** The path to mount, made when it is not there; refuses what the owner does not allow. */
    Path mountable(String path) {
        if (!path.startsWith("/")) {
            throw RefusedTaskException.hostConfig("host path " + path + " is not absolute");
        }
        if (Path.of(path).normalize().equals(ROOT)) {
            return root();
        }
        if (roots.isEmpty()) {
            throw RefusedTaskException.hostConfig(
                    "host paths such as " + path + " are not allowed by the settings of this node");
        }
        Path resolved = resolved(Path.of(path));
        check(path, resolved);
        try {
            Files.createDirectories(resolved);
            // Somebody may have put a link there since; what was made is what counts.
            Path real = resolved.toRealPath();
            check(path, real);
            return real;
        } catch (java.nio.file.FileAlreadyExistsException _) {
            return resolved; // A file is mounted as it is.
        } catch (IOException e) {
            throw RefusedTaskException.hostConfig("host path " + path + " cannot be used: " + e.getMessage());
        }
    }

    private Path root() {
        if (!rootToo) {
            throw RefusedTaskException.hostConfig("host path /, the machine's root directory, is never given to a"
                    + " container by the settings of this node (--allow-host-root of its agent allows it)");
        }
        return ROOT;
    }

    private void check(String path, Path resolved) {
        boolean inside = roots.stream().anyMatch(root -> resolved.startsWith(resolved(root)));
        if (!inside) {
            throw RefusedTaskException.hostConfig(
                    "host path " + path + " is outside of the directories that this node allows");
        }
        boolean forbidden = never.stream().anyMatch(no -> resolved.startsWith(no) || no.startsWith(resolved));
        if (forbidden) {
            throw RefusedTaskException.hostConfig("host path " + path + " is never given to a container");
        }
    }

    /** The real path of as much of it as exists, and the rest without "..". */
    private static Path resolved(Path path) {
        Path whole = path.normalize();
        for (Path existing = whole; existing != null; existing = existing.getParent()) {
            try {
                return existing.toRealPath().resolve(existing.relativize(whole)).normalize();
            } catch (IOException _) {
                // Does not exist, or may not be read: its parent decides.
            }
        }
        return whole;
    }
}
