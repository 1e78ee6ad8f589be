package dev.gantry.e2e.bed;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/** A Docker engine of its own, in a network namespace or in the machine's, with nothing shared with any other. */
public final class Engine implements AutoCloseable {

    /** The image that tests run: the machine's static busybox, made on the spot. */
    public static final String IMAGE = "gantry-e2e/busybox:1";

    private final Path home;
    private final List<String> command;
    private final Optional<Bridge> bridge;
    private Process process;

    private Engine(Path home, List<String> command, Optional<Bridge> bridge) throws IOException {
        this.home = home;
        this.command = command;
        this.bridge = bridge;
        this.process = launch();
    }

    /** Two engines in one network would take each other's bridge and rules away: this one brings its own and touches no rule. */
    private record Bridge(String name, String address) {

        static Bridge of(String subnet) {
            String[] parts = subnet.split("[./]");
            return new Bridge("br-" + parts[0] + "-" + parts[1] + "-" + parts[2], subnet);
        }

        void make() {
            remove();
            Command.of("ip", "link", "add", name, "type", "bridge").run().must();
            Command.of("ip", "address", "add", address, "dev", name).run().must();
            Command.of("ip", "link", "set", name, "up").run().must();
            // Where the machine filters what crosses a bridge, its containers must still reach each other.
            Command.of("iptables", "-I", "FORWARD", "-i", name, "-o", name, "-j", "ACCEPT")
                    .run();
        }

        void remove() {
            Command.of("iptables", "-D", "FORWARD", "-i", name, "-o", name, "-j", "ACCEPT")
                    .run();
            Command.of("ip", "link", "delete", name).run();
        }

        List<String> options() {
            return List.of("--bridge", name, "--iptables=false", "--ip6tables=false", "--ip-forward=false");
        }
    }

    /** @param subnet the bridge's own address with its prefix, for example {@code 10.214.1.1/24} */
    public static Engine start(Path home, String namespace, String subnet) {
        return start(home, namespace, subnet, List.of("--live-restore"));
    }

    /** @param options of {@code dockerd} beyond its places and its network */
    public static Engine start(Path home, String namespace, String subnet, List<String> options) {
        List<String> command = new ArrayList<>();
        Optional<Bridge> bridge = namespace.isEmpty() ? Optional.of(Bridge.of(subnet)) : Optional.empty();
        if (!namespace.isEmpty()) {
            command.addAll(List.of("nsenter", "--net=/var/run/netns/" + namespace));
        }
        command.addAll(List.of("dockerd", "--data-root", home + "/data", "--exec-root", home + "/exec"));
        command.addAll(List.of("--host", "unix://" + home + "/docker.sock"));
        command.addAll(List.of("--pidfile", home + "/docker.pid"));
        command.addAll(options);
        command.addAll(bridge.map(Bridge::options).orElseGet(() -> List.of("--bip", subnet)));
        bridge.ifPresent(Bridge::make);
        try {
            Files.createDirectories(home);
            Engine engine = new Engine(home, command, bridge);
            engine.awaitReady();
            return engine;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String address() {
        return "unix://" + home + "/docker.sock";
    }

    public Command docker(String... words) {
        List<String> all = new ArrayList<>(List.of("docker", "--host", address()));
        all.addAll(List.of(words));
        return Command.of(all.toArray(String[]::new));
    }

    /** Ids of containers with the label, running ones only unless {@code all}. */
    public List<String> containers(String label, boolean all) {
        Command command = all
                ? docker("ps", "-aq", "--no-trunc", "--filter", "label=" + label)
                : docker("ps", "-q", "--no-trunc", "--filter", "label=" + label);
        return command.run().must().lines().toList();
    }

    public void importBusybox() {
        try {
            Path root = Files.createTempDirectory("gantry-image");
            Path bin = Files.createDirectories(root.resolve("bin"));
            Files.createDirectories(root.resolve("tmp"));
            Files.copy(Path.of("/bin/busybox"), bin.resolve("busybox"));
            for (String applet : List.of(
                    "sh",
                    "sleep",
                    "httpd",
                    "echo",
                    "cat",
                    "true",
                    "false",
                    "env",
                    "id",
                    "pwd",
                    "wget",
                    "ls",
                    "kill",
                    "touch",
                    "test",
                    "head",
                    "hostname",
                    "ulimit",
                    "seq",
                    "date")) {
                Files.createSymbolicLink(bin.resolve(applet), Path.of("busybox"));
            }
            Path tar = root.resolveSibling(root.getFileName() + ".tar");
            Command.of("tar", "-C", root.toString(), "-cf", tar.toString(), ".")
                    .run()
                    .must();
            docker("import", tar.toString(), IMAGE).run().must();
            Files.delete(tar);
            deleteTree(root);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Makes an image of programs of this machine.
     *
     * @param fill lines for a shell that put them below {@code $root}
     */
    public void makeImage(String name, String fill) {
        String script = "root=$(mktemp -d)\n" + fill + "tar -C $root -c . | docker --host " + address() + " import - "
                + name + "\nrm -rf $root\n";
        String _ = Command.of("sh", "-ec", script).run().must();
    }

    /** SIGKILL, then the same engine again. */
    public void killAndRestart() throws IOException, InterruptedException {
        kill();
        restart();
    }

    /** The same engine again, after it was killed. */
    public void restart() throws IOException {
        // Its containerd dies with it, but where nobody has buried it yet the new engine would wait for the dead one.
        Files.deleteIfExists(home.resolve("exec/containerd/containerd.pid"));
        process = launch();
        awaitReady();
    }

    /** SIGSTOP: it is there and answers nothing. */
    public void freeze() {
        signal("STOP");
    }

    /** SIGCONT. */
    public void thaw() {
        signal("CONT");
    }

    private void signal(String name) {
        Command.of("kill", "-" + name, String.valueOf(engine().pid())).run().must();
    }

    public void kill() throws InterruptedException {
        ProcessHandle engine = engine();
        engine.destroyForcibly();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            throw new AssertionError("dockerd did not die");
        }
    }

    /** Removes every container, then ends the engine. */
    @Override
    public void close() {
        raise();
        List<String> left = docker("ps", "-aq").run().out().lines().toList();
        if (!left.isEmpty()) {
            List<String> words = new ArrayList<>(List.of("rm", "-fv"));
            words.addAll(left);
            docker(words.toArray(String[]::new)).within(Duration.ofMinutes(2)).run();
        }
        // Their interfaces would outlive the engine.
        docker("network", "prune", "-f").run();
        try {
            process.destroy();
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        // The engine leaves layers mounted when it was killed before; what can be removed is.
        Command.of(
                        "sh",
                        "-c",
                        "umount " + home + "/data/overlay2/*/merged " + home + "/exec/netns/* 2>/dev/null; rm -rf '"
                                + home + "'")
                .run();
        bridge.ifPresent(Bridge::remove);
    }

    /** Only a living engine can remove the containers that a killed one left running. */
    private void raise() {
        try {
            if (!process.isAlive()) {
                restart();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static void deleteTree(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            files.sorted(java.util.Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        }
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        home.resolve("docker.log").toFile()))
                .start();
    }

    private ProcessHandle engine() {
        return process.toHandle();
    }

    private void awaitReady() {
        Awaitility.await("engine at " + address() + ", see " + home + "/docker.log")
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(100))
                .until(() -> docker("version").run().exit() == 0);
    }
}
