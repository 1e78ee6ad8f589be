package dev.gantry.e2e.bed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;

/** A real etcd of one or more members on loopback. */
public final class Etcd implements AutoCloseable {

    private final Path home;
    private final int members;
    // Chosen by the kernel: another etcd of this machine must not be taken for this one.
    private final List<Integer> ports;
    private final List<Process> processes = new ArrayList<>();

    private Etcd(Path home, int members) throws IOException {
        this.home = home;
        this.members = members;
        this.ports = freePorts(2 * members);
    }

    public static Etcd start(int members) {
        try {
            Etcd etcd = new Etcd(Files.createTempDirectory(Path.of("/var/tmp"), "gantry-etcd"), members);
            Runtime.getRuntime().addShutdownHook(new Thread(etcd::close));
            for (int member = 0; member < members; member++) {
                etcd.processes.add(etcd.launch(member));
            }
            Awaitility.await("etcd, see " + etcd.home)
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> etcd.isHealthy());
            return etcd;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Client URLs of all members, comma separated, as {@code --store etcd=} takes them. */
    public String urls() {
        return IntStream.range(0, members).mapToObj(this::clientUrl).collect(Collectors.joining(","));
    }

    /** SIGKILL one member. */
    public void kill(int member) {
        processes.get(member).destroyForcibly();
    }

    /** SIGSTOP one member. */
    public void freeze(int member) {
        signal("STOP", member);
    }

    /** SIGCONT. */
    public void thaw(int member) {
        signal("CONT", member);
    }

    private void signal(String signal, int member) {
        Command.of("kill", "-" + signal, String.valueOf(processes.get(member).pid()))
                .run()
                .must();
    }

    public void restart(int member) throws IOException {
        processes.set(member, launch(member));
    }

    /** Where a member listens to clients, on loopback. */
    public int port(int member) {
        return ports.get(2 * member);
    }

    @Override
    public void close() {
        processes.forEach(Process::destroyForcibly);
        Command.of("rm", "-rf", home.toString()).run();
    }

    private boolean isHealthy() {
        return Command.of("etcdctl", "--endpoints", urls(), "endpoint", "health")
                        .with(java.util.Map.of("ETCDCTL_API", "3"))
                        .run()
                        .exit()
                == 0;
    }

    private Process launch(int member) throws IOException {
        String peers = IntStream.range(0, members)
                .mapToObj(m -> "m" + m + "=" + peerUrl(m))
                .collect(Collectors.joining(","));
        return new ProcessBuilder(
                        "etcd",
                        "--name=m" + member,
                        "--data-dir=" + home.resolve("m" + member),
                        "--listen-client-urls=" + clientUrl(member),
                        "--advertise-client-urls=" + clientUrl(member),
                        "--listen-peer-urls=" + peerUrl(member),
                        "--initial-advertise-peer-urls=" + peerUrl(member),
                        "--initial-cluster=" + peers,
                        "--logger=zap",
                        "--log-outputs=" + home.resolve("m" + member + ".log"))
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("out" + member).toFile())
                .start();
    }

    private String clientUrl(int member) {
        return "http://127.0.0.1:" + ports.get(2 * member);
    }

    private String peerUrl(int member) {
        return "http://127.0.0.1:" + ports.get(2 * member + 1);
    }

    private static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        List<Integer> ports = new ArrayList<>();
        try {
            for (int index = 0; index < count; index++) {
                ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                sockets.add(socket);
                ports.add(socket.getLocalPort());
            }
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
        return List.copyOf(ports);
    }
}
