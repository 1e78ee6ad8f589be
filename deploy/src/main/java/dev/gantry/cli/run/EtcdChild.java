package dev.gantry.cli.run;

import dev.gantry.cli.terminal.Exit;
import dev.gantry.cli.terminal.Failure;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** An etcd with one member, started beside the controller, on loopback only. One left over from before is taken on. */
record EtcdChild(ProcessHandle process, URI url) implements AutoCloseable {

    private static final Duration START_MAX = Duration.ofSeconds(30);
    private static final Duration STOP_MAX = Duration.ofSeconds(10);
    private static final Duration LOOK_EVERY = Duration.ofMillis(50);

    static EtcdChild start(Path directory) throws IOException, InterruptedException {
        // What is in there is nobody else's business.
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path note = directory.resolve("process");
        Optional<EtcdChild> leftOver = leftOver(note, directory);
        EtcdChild child = leftOver.isPresent() ? leftOver.get() : launch(directory);
        Files.writeString(note, child.process.pid() + "\n" + child.url + "\n");
        child.awaitHealthy(directory);
        return child;
    }

    @Override
    public void close() {
        boolean asked = process.destroy();
        try {
            if (asked) {
                process.onExit().get(STOP_MAX.toSeconds(), TimeUnit.SECONDS);
            }
        } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static EtcdChild launch(Path directory) throws IOException {
        URI client = freeAddress();
        URI peer = freeAddress();
        List<String> command = List.of(
                "etcd",
                "--name=gantry",
                "--data-dir=" + directory.resolve("data"),
                "--listen-client-urls=" + client,
                "--advertise-client-urls=" + client,
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=gantry=" + peer,
                "--auto-compaction-retention=1h",
                "--logger=zap",
                "--log-outputs=" + directory.resolve("etcd.log"));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return new EtcdChild(process.toHandle(), client);
        } catch (IOException e) {
            throw new Failure(
                    Exit.ERROR,
                    "cannot start etcd",
                    String.valueOf(e.getMessage()),
                    "install it (Debian: apt-get install etcd-server), or use --store embedded");
        }
    }

    /** A controller that was killed leaves its etcd running. */
    private static Optional<EtcdChild> leftOver(Path note, Path directory) throws IOException {
        if (!Files.exists(note)) {
            return Optional.empty();
        }
        List<String> lines = Files.readAllLines(note);
        if (lines.size() < 2) {
            return Optional.empty();
        }
        return ProcessHandle.of(Long.parseLong(lines.get(0)))
                .filter(process -> isOurs(process, directory))
                .map(process -> new EtcdChild(process, URI.create(lines.get(1))));
    }

    private static boolean isOurs(ProcessHandle process, Path directory) {
        try {
            String commandLine = Files.readString(Path.of("/proc/" + process.pid() + "/cmdline"));
            return commandLine.contains("--data-dir=" + directory.resolve("data"));
        } catch (IOException e) {
            return false;
        }
    }

    private void awaitHealthy(Path directory) throws InterruptedException {
        long end = System.nanoTime() + START_MAX.toNanos();
        while (!isHealthy()) {
            if (!process.isAlive() || System.nanoTime() > end) {
                throw new Failure(
                        Exit.ERROR,
                        "etcd did not start",
                        "it is not healthy at " + url,
                        "its log is " + directory.resolve("etcd.log"));
            }
            TimeUnit.NANOSECONDS.sleep(LOOK_EVERY.toNanos());
        }
    }

    private boolean isHealthy() {
        try {
            HttpURLConnection health =
                    (HttpURLConnection) url.resolve("/health").toURL().openConnection();
            health.setConnectTimeout(1000);
            health.setReadTimeout(1000);
            return health.getResponseCode() == HttpURLConnection.HTTP_OK;
        } catch (IOException e) {
            return false;
        }
    }

    private static URI freeAddress() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return URI.create("http://127.0.0.1:" + socket.getLocalPort());
        }
    }
}
