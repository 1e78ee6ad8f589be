package dev.gantry.e2e.benchmark;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.controller.aws.SigV4;
import dev.gantry.e2e.bed.Command;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/**
 * What a controller with its own memory settings does when far more is asked of it than it takes at once, by clients that
 * go on asking, do not read, send without end, or send hardly anything.
 */
final class OverloadBenchmark {

    private static final int CALM_CONNECTIONS = 16;
    private static final int FLOOD_CONNECTIONS = 2_000;
    private static final double SECONDS = 5;
    private static final int NUISANCES = 300;
    private static final int PIPELINED = 500;
    private static final String BODY = "{}";

    /** What one address may ask in a second where there is a rate, low enough that ten times as much can be asked here. */
    private static final int RATE = 400;

    private static final int ASKED = 10 * RATE;

    /** Of one connection, at its times. */
    private static final int PACE = 20;

    private final int port;
    private final byte[] request;

    private OverloadBenchmark(int port, byte[] request) {
        this.port = port;
        this.request = request;
    }

    public static void main(String[] arguments) throws Exception {
        Path home = Files.createTempDirectory(Path.of("/var/tmp"), "gantry-bench");
        // No options for Java: the heap is the one that users get.
        try (ControlPlane plane =
                new ControlPlane(home.resolve("rate"), "embedded", "").with("--requests-per-second " + RATE)) {
            of(plane).runPaced();
        }
        try (ControlPlane plane = new ControlPlane(home.resolve("flood"), "embedded", "")) {
            of(plane).run(plane);
        } finally {
            Command.of("rm", "-rf", home.toString()).run();
        }
        System.exit(0);
    }

    private static OverloadBenchmark of(ControlPlane plane) {
        plane.start();
        return new OverloadBenchmark(plane.port(), signed(plane.port(), plane.environment()));
    }

    /**
     * Ten times as much is asked as the server's rate lets through, whatever becomes of it: each request has a time at which
     * it is due, and its answer's time counts from then.
     */
    private void runPaced() throws Exception {
        List<Asked> _ = paced(RATE / 2, SECONDS);
        List<Asked> calm = paced(RATE / 2, SECONDS);
        double usual = percentile(calm, 200, 99);
        Figure.print("half the rate: p99", usual, "ms");
        List<Asked> some = paced(ASKED, SECONDS);
        Figure.print("10 times the rate: asked", some.size() / SECONDS, RATE, "1/s", "rate");
        Figure.print("10 times the rate: answered", rate(some, 200), RATE, "1/s", "rate");
        Figure.print("10 times the rate: answered, p99", percentile(some, 200, 99), 1_000, "ms", "goal");
        Figure.print("10 times the rate: refused, p50", percentile(some, 400, 50), 50, "ms", "goal");
        Figure.print("10 times the rate: refused, p99", percentile(some, 400, 99), "ms");
        long began = System.nanoTime();
        double seconds;
        List<Asked> after;
        do {
            seconds = (System.nanoTime() - began) / 1e9;
            after = paced(RATE / 2, 0.5);
        } while (after.stream().anyMatch(one -> one.status() != 200)
                || percentile(after, 200, 99) > Math.max(2 * usual, 50));
        Figure.print("calm again after", seconds, 5, "s", "goal");
    }

    /** So many requests a second over many connections, each request on its time. */
    private List<Asked> paced(int perSecond, double seconds) throws Exception {
        int connections = perSecond / PACE;
        double each = 1e9 / PACE;
        long start = System.nanoTime();
        int requests = (int) (seconds * PACE);
        List<Callable<List<Asked>>> clients = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            long first = start + (long) (each * i / connections);
            clients.add(() -> {
                List<Asked> asked = new ArrayList<>();
                try (LeanClient client = new LeanClient(port)) {
                    for (int k = 0; k < requests; k++) {
                        long due = first + (long) (k * each);
                        LockSupport.parkNanos(due - System.nanoTime());
                        int status = client.ask(request).status();
                        asked.add(new Asked(status, (System.nanoTime() - due) / 1e6));
                    }
                }
                return asked;
            });
        }
        return all(clients);
    }

    private record Asked(int status, double millis) {}

    private void run(ControlPlane plane) throws Exception {
        List<Asked> _ = load(CALM_CONNECTIONS, SECONDS);
        List<Asked> calm = load(CALM_CONNECTIONS, SECONDS);
        double usual = percentile(calm, 200, 99);
        Figure.print("calm: answered, 16 connections", rate(calm, 200), "1/s");
        Figure.print("calm: p99", usual, "ms");
        double resident = plane.figures().residentMebibytes();
        List<Asked> flood = load(FLOOD_CONNECTIONS, SECONDS);
        Figure.print("flood: asked, 2,000 connections", flood.size() / SECONDS, rate(calm, 200), "1/s", "calm");
        Figure.print("flood: answered", rate(flood, 200), rate(calm, 200), "1/s", "calm");
        Figure.print("flood: refused", rate(flood, 400), "1/s");
        Figure.print("flood: answered, p99", percentile(flood, 200, 99), "ms");
        Figure.print("flood: refused, p50", percentile(flood, 400, 50), "ms");
        Figure.print("flood: refused, p99", percentile(flood, 400, 99), "ms");
        Figure.print("calm again after (goal <= 5)", recovery(usual), "s");
        nuisances(plane, usual);
        Figure.print("resident after all of it", plane.figures().residentMebibytes(), resident, "MiB", "before");
    }

    /** Those who ask normally while others do all that should not be done. */
    private void nuisances(ControlPlane plane, double usual) throws Exception {
        List<Socket> open = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int i = 0; i < NUISANCES; i++) {
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
                open.add(socket);
                byte[] sent = switch (i % 3) {
                    case 0 -> new String(request, ISO_8859_1).repeat(PIPELINED).getBytes(ISO_8859_1);
                    case 1 ->
                        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
                                        + "10000\r\n"
                                                .concat("x".repeat(1 << 16))
                                                .concat("\r\n")
                                                .repeat(160))
                                .getBytes(ISO_8859_1);
                    default -> "POST / HTTP/1.1\r\nHo".getBytes(ISO_8859_1);
                };
                Future<?> _ = threads.submit(() -> {
                    try {
                        socket.getOutputStream().write(sent);
                    } catch (IOException _) {
                        // Being cut off is what should happen.
                    }
                    return null;
                });
            }
            List<Asked> among = load(CALM_CONNECTIONS, SECONDS);
            Figure.print("among nuisances: answered", rate(among, 200), "1/s");
            Figure.print("among nuisances: p99", percentile(among, 200, 99), usual, "ms", "calm");
            Figure.print("among nuisances: resident", plane.figures().residentMebibytes(), "MiB");
            for (Socket socket : open) {
                socket.close();
            }
        }
        Figure.print("calm again after (goal <= 5)", recovery(usual), "s");
    }

    /** Until nothing is refused and answers take at most twice as long as usual. */
    private double recovery(double usual) throws Exception {
        long began = System.nanoTime();
        while (System.nanoTime() - began < Duration.ofMinutes(1).toNanos()) {
            double seconds = (System.nanoTime() - began) / 1e9;
            List<Asked> some = load(CALM_CONNECTIONS, 0.5);
            if (some.stream().allMatch(one -> one.status() == 200) && percentile(some, 200, 99) <= 2 * usual) {
                return seconds;
            }
        }
        return Double.POSITIVE_INFINITY;
    }

    private List<Asked> load(int connections, double seconds) throws Exception {
        long end = System.nanoTime() + (long) (seconds * 1e9);
        List<Callable<List<Asked>>> clients = new ArrayList<>();
        for (int i = 0; i < connections; i++) {
            clients.add(() -> ask(end));
        }
        return all(clients);
    }

    private static List<Asked> all(List<Callable<List<Asked>>> clients) throws Exception {
        List<Asked> all = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Future<List<Asked>> client : threads.invokeAll(clients)) {
                all.addAll(client.get());
            }
        }
        return all;
    }

    private List<Asked> ask(long end) {
        List<Asked> asked = new ArrayList<>();
        try (LeanClient client = new LeanClient(port)) {
            while (System.nanoTime() < end) {
                long began = System.nanoTime();
                int status = client.ask(request).status();
                asked.add(new Asked(status, (System.nanoTime() - began) / 1e6));
                if (status != 200) {
                    // As fast as a bad client would, and not as fast as the machine can.
                    LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
                }
            }
        } catch (IOException _) {
            asked.add(new Asked(0, 0));
        }
        return asked;
    }

    private static double rate(List<Asked> asked, int status) {
        return asked.stream().filter(one -> one.status() == status).count() / SECONDS;
    }

    private static double percentile(List<Asked> asked, int status, double percent) {
        List<Double> millis = asked.stream()
                .filter(one -> one.status() == status)
                .map(Asked::millis)
                .toList();
        return millis.isEmpty() ? Double.NaN : Figure.percentile(millis, percent);
    }

    private static byte[] signed(int port, Map<String, String> environment) {
        URI endpoint = URI.create("http://127.0.0.1:" + port);
        Map<String, String> headers = new HashMap<>();
        headers.put("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.DescribeClusters");
        headers.put("Content-Type", "application/x-amz-json-1.1");
        SigV4.Credentials credentials = new SigV4.Credentials(
                environment.getOrDefault("AWS_ACCESS_KEY_ID", ""),
                environment.getOrDefault("AWS_SECRET_ACCESS_KEY", ""),
                null);
        headers.putAll(SigV4.sign(
                SigV4.Request.to(endpoint, "POST", headers, BODY.getBytes(UTF_8)),
                credentials,
                new SigV4.Scope(environment.getOrDefault("AWS_REGION", ""), "ecs"),
                Instant.now()));
        StringBuilder head = new StringBuilder("POST / HTTP/1.1\r\nHost: " + endpoint.getRawAuthority() + "\r\n");
        headers.forEach(
                (name, value) -> head.append(name).append(": ").append(value).append("\r\n"));
        head.append("Content-Length: ").append(BODY.length()).append("\r\n\r\n").append(BODY);
        return head.toString().getBytes(UTF_8);
    }
}
