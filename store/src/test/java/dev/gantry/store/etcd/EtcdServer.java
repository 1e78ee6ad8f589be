package dev.gantry.store.etcd;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A real etcd of one member on free ports of the loopback interface. */
final class EtcdServer implements AutoCloseable {

    private final List<String> command;
    private final Path log;
    private final int port;
    private final String scheme;
    private Process process;

    private EtcdServer(Path directory, String scheme, List<String> more) throws IOException {
        this.scheme = scheme;
        this.port = freePort();
        String peer = "http://127.0.0.1:" + freePort();
        this.log = directory.resolve("etcd.log");
        this.command = new ArrayList<>(List.of(
                "etcd",
                "--name=one",
                "--data-dir=" + directory.resolve("data"),
                "--listen-client-urls=" + endpoint(),
                "--advertise-client-urls=" + endpoint(),
                "--listen-peer-urls=" + peer,
                "--initial-advertise-peer-urls=" + peer,
                "--initial-cluster=one=" + peer));
        command.addAll(more);
        this.process = launch();
    }

    /** Starts it, or skips the test where there is none to start. */
    static EtcdServer start(Path directory, String... more) throws IOException {
        return launch(directory, "http", more);
    }

    /** The same, spoken to with https. */
    static EtcdServer startSecure(Path directory, String... more) throws IOException {
        return launch(directory, "https", more);
    }

    private static EtcdServer launch(Path directory, String scheme, String... more) throws IOException {
        boolean installed = Arrays.stream(System.getenv("PATH").split(":"))
                .anyMatch(part -> Files.isExecutable(Path.of(part, "etcd")));
        assumeTrue(installed, "there is no etcd on the PATH (package etcd-server)");
        EtcdServer server = new EtcdServer(directory, scheme, List.of(more));
        server.awaitPort();
        return server;
    }

    URI endpoint() {
        return URI.create(scheme + "://127.0.0.1:" + port);
    }

    int port() {
        return port;
    }

    void restart() throws IOException {
        process = launch();
        awaitPort();
    }

    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor(20, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops it without ending it; its connections stay open. */
    void freeze() throws Exception {
        signal("STOP");
    }

    void thaw() throws Exception {
        signal("CONT");
    }

    @Override
    public void close() {
        kill();
    }

    private void signal(String name) throws Exception {
        new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                .start()
                .waitFor();
    }

    private Process launch() throws IOException {
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    private void awaitPort() {
        Awaitility.await().atMost(30, TimeUnit.SECONDS).until(() -> {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 500);
                return true;
            } catch (IOException e) {
                return false;
            }
        });
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
