package dev.gantry.agent.leash;

import dev.gantry.agent.Fence;
import dev.gantry.agent.Leash;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leash of this machine. A directory says what is held and until when; a script of its own, in a session of its own,
 * looks at it twice a second and ends what is overdue. It begins with the first container that is held and ends after the
 * last; should it die, the next acknowledged heartbeat starts it again.
 */
public final class NodeLeash implements Leash {

    private static final Logger LOG = LoggerFactory.getLogger(NodeLeash.class);
    private static final Path BOOT_ID = Path.of("/proc/sys/kernel/random/boot_id");
    private static final List<String> TOOLS = List.of("sh", "setsid", "flock", "find", "sleep");

    private final Path directory;
    private final Path held;
    private final Path gates;
    private final Path script;
    private final String boot;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, String> containers = new HashMap<>();
    private long askAt;
    private long killAt;
    private Optional<Process> keeper = Optional.empty();

    private NodeLeash(Path directory) throws IOException {
        this.directory = directory;
        this.held = Files.createDirectories(directory.resolve("held"));
        this.gates = Files.createDirectories(directory.resolve("gates"));
        this.script = directory.resolve("leash.sh");
        this.boot = Files.readString(BOOT_ID).strip();
        install();
        recall();
        resume();
    }

    /** What an earlier agent holds, and no gate beside its: one is made anew when its container starts. */
    private void recall() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(held)) {
            for (Path file : files) {
                containers.put(
                        file.getFileName().toString(), Files.readString(file).strip());
            }
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(gates)) {
            for (Path file : files) {
                if (!containers.containsValue(file.getFileName().toString())) {
                    Files.delete(file);
                }
            }
        }
    }

    /**
     * The leash of the engine at the address, or none where it could not end its containers.
     *
     * @param directory of its own
     */
    public static Leash of(String engine, Path directory) {
        Optional<String> obstacle = obstacle(engine);
        if (obstacle.isPresent()) {
            LOG.info("tasks that must not run twice do not run on this node: {}", obstacle.get());
            return NONE;
        }
        try {
            return new NodeLeash(directory);
        } catch (IOException e) {
            // What an earlier agent holds still ends in time: its script runs on.
            LOG.warn("tasks that must not run twice do not run on this node: {}", e.toString());
            return NONE;
        }
    }

    private static Optional<String> obstacle(String engine) {
        if (!engine.startsWith("unix:")) {
            return Optional.of("the engine at " + engine + " may run on another machine");
        }
        if (!Files.isWritable(Path.of("/proc/1/oom_score_adj"))) {
            return Optional.of("only root may end the processes of containers");
        }
        if (!Uptime.isKnown() || !Files.isReadable(BOOT_ID) || !Files.isDirectory(Path.of("/sys/fs/cgroup"))) {
            return Optional.of("/proc and /sys/fs/cgroup of the machine are not there");
        }
        return TOOLS.stream()
                .filter(tool -> !isInstalled(tool))
                .findFirst()
                .map(tool -> "the program " + tool + " is missing; install util-linux and findutils");
    }

    private static boolean isInstalled(String tool) {
        String path = System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
        return Arrays.stream(path.split(File.pathSeparator))
                .anyMatch(place -> Files.isExecutable(Path.of(place).resolve(tool)));
    }

    /**
     * As a new file, because the script of an earlier agent may be running and is read as it runs; not at all where it is there
     * already, so that an agent comes back on a full disk.
     */
    private void install() throws IOException {
        byte[] wanted;
        try (InputStream source = NodeLeash.class.getResourceAsStream("leash.sh")) {
            if (source == null) {
                throw new IllegalStateException("leash.sh is missing in this build");
            }
            wanted = source.readAllBytes();
        }
        if (Files.exists(script) && Arrays.equals(Files.readAllBytes(script), wanted)) {
            return;
        }
        Path fresh = directory.resolve("leash.sh.new");
        Files.write(fresh, wanted);
        Files.move(fresh, script, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The time that an earlier agent was given still counts. */
    private void resume() throws IOException {
        Path file = directory.resolve("until");
        String[] words = Files.exists(file) ? Files.readString(file).strip().split(" ") : new String[0];
        if (words.length == 3 && words[0].equals(boot)) {
            askAt = Long.parseLong(words[1]);
            killAt = Long.parseLong(words[2]);
        }
    }

    @Override
    public boolean isPossible() {
        return true;
    }

    @Override
    public void extend(long sentAt, Fence fence) {
        lock.lock();
        try {
            boolean ranOut = killAt > 0 && !containers.isEmpty() && Uptime.hundredths() >= askAt;
            askAt = Uptime.hundredths(sentAt + fence.after().toNanos());
            killAt = Uptime.hundredths(sentAt + fence.after().plus(fence.stop()).toNanos());
            if (ranOut) {
                LOG.warn(
                        "No leader was heard for too long: what must not run twice was ended, of {}",
                        containers.keySet());
                containers.keySet().removeIf(id -> Files.notExists(held.resolve(id)));
            }
            if (!containers.isEmpty()) {
                write();
                watch();
            }
        } catch (UncheckedIOException e) {
            // What is held ends in time, which is what an unsure node has to do.
            LOG.warn("The leash cannot be extended: {}", e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public String gate(String name) {
        Path gate = gates.resolve(name);
        try {
            open(gate);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot make " + gate, e);
        }
        return gate.toAbsolutePath().toString();
    }

    private static void open(Path gate) throws IOException {
        Files.newOutputStream(gate).close();
    }

    @Override
    public boolean hold(String containerId, String name) {
        lock.lock();
        try {
            if (Uptime.hundredths() >= askAt) {
                Files.deleteIfExists(gates.resolve(name));
                return false;
            }
            write();
            Files.writeString(held.resolve(containerId), name + "\n");
            open(gates.resolve(name));
            containers.put(containerId, name);
            watch();
            return true;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot hold a container in " + held, e);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void release(String containerId) {
        lock.lock();
        try {
            String gate = containers.remove(containerId);
            if (gate != null) {
                Files.deleteIfExists(held.resolve(containerId));
                Files.deleteIfExists(gates.resolve(gate));
            }
        } catch (IOException e) {
            // There is nothing left of it that could be ended.
            LOG.warn("The mark of container {} stays in {}: {}", containerId, held, e.toString());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void retain(Set<String> containerIds) {
        Set<String> gone;
        lock.lock();
        try {
            gone = new HashSet<>(containers.keySet());
        } finally {
            lock.unlock();
        }
        gone.removeAll(containerIds);
        gone.forEach(this::release);
    }

    private void write() {
        Path file = directory.resolve("until");
        try {
            Path fresh = directory.resolve("until.new");
            Files.writeString(fresh, boot + " " + askAt + " " + killAt + "\n");
            Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }

    /** The one of an earlier agent may still be there: then the new one ends by itself, and the next call starts another. */
    private void watch() {
        if (keeper.filter(Process::isAlive).isPresent()) {
            return;
        }
        try {
            keeper = Optional.of(new ProcessBuilder("setsid", "sh", script.toString(), directory.toString())
                    .redirectInput(new File("/dev/null"))
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.appendTo(
                            directory.resolve("errors").toFile()))
                    .start());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start " + script, e);
        }
    }
}
