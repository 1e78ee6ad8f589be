package dev.gantry.e2e.kube;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.gantry.e2e.bed.Host;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Whoever asks an ingress for its page at each machine in turn, again and again, on a connection of its own each time. */
final class Visitors {

    private static final int PORT = 80;
    private static final int PATIENCE_MILLIS = 10_000;
    private static final long PAUSE_MILLIS = 40;

    private final List<Host> hosts;
    private final String name;
    private final String wanted;
    private final CountDownLatch end = new CountDownLatch(1);
    private final List<String> failures = new ArrayList<>();
    private final Thread thread;
    private int requests;

    /** @param failures what went wrong, in the words of whoever asked */
    record Tally(int requests, List<String> failures) {}

    private Visitors(List<Host> hosts, String name, String wanted) {
        this.hosts = hosts;
        this.name = name;
        this.wanted = wanted;
        this.thread = Thread.ofVirtual().name("visitors").start(this::run);
    }

    /** @param wanted what every page must hold */
    static Visitors of(List<Host> hosts, String name, String wanted) {
        return new Visitors(hosts, name, wanted);
    }

    Tally stop() throws InterruptedException {
        end.countDown();
        thread.join();
        return new Tally(requests, failures);
    }

    private void run() {
        try {
            while (!end.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                Host host = hosts.get(requests++ % hosts.size());
                String said = get(host, name);
                if (!said.startsWith("HTTP/1.1 200 ") || !said.contains(wanted)) {
                    failures.add(host.namespace() + ": " + said);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** @return all that the ingress of that machine says, from its first line on */
    static String get(Host host, String name) {
        return ask(host, "GET / HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\n\r\n");
    }

    /** @param form as a browser sends it */
    static String post(Host host, String name, String form) {
        return ask(
                host,
                "POST / HTTP/1.1\r\nHost: " + name + "\r\nConnection: close\r\nContent-Length: " + form.length()
                        + "\r\nContent-Type: application/x-www-form-urlencoded\r\n\r\n" + form);
    }

    private static String ask(Host host, String request) {
        try (Socket socket = new Socket()) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress(host.address(), PORT), PATIENCE_MILLIS);
            socket.getOutputStream().write(request.getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        } catch (IOException e) {
            return e.toString();
        }
    }
}
