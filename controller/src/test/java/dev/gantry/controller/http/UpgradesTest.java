package dev.gantry.controller.http;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Connections that change from HTTP to a protocol that is no WebSocket. */
@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UpgradesTest {

    private static final String ASKS = "POST /x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: Echo/1\r\n";
    private static final Duration LONG = Duration.ofSeconds(20);

    private final List<AutoCloseable> open = new ArrayList<>();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    @Test
    void exchangesBytesOnceBothSidesAgree() throws Exception {
        java.net.Socket client = ask(echo(EdgeLimits.DEFAULT), ASKS + "\r\n");
        assertThat(head(client).lines()).first().isEqualTo("HTTP/1.1 101 Switching Protocols");
        byte[] sent = new byte[3 << 20];
        new java.util.Random(1).nextBytes(sent);
        Thread writer = Thread.startVirtualThread(() -> {
            try {
                client.getOutputStream().write(sent);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        assertThat(client.getInputStream().readNBytes(sent.length)).isEqualTo(sent);
        writer.join();
    }

    @Test
    void saysWhatWasAgreedOn() throws Exception {
        Edge edge = start(EdgeLimits.DEFAULT, (_, socket) -> {
            socket.accept(Headers.of("X-Version", "two"));
            socket.sendBinary("last words".getBytes(US_ASCII));
        });
        java.net.Socket client = ask(edge, ASKS + "\r\n");
        assertThat(head(client).lines().map(line -> line.toLowerCase(java.util.Locale.ROOT)))
                .contains("connection: upgrade", "upgrade: echo/1", "x-version: two")
                .noneMatch(line -> line.startsWith("content-length") || line.startsWith("transfer-encoding"));
        assertThat(client.getInputStream().readAllBytes()).isEqualTo("last words".getBytes(US_ASCII));
    }

    @Test
    void mayRefuse() throws Exception {
        Edge edge = start(EdgeLimits.DEFAULT, (_, socket) -> socket.refuse(HttpResponse.text(403, "no")));
        assertThat(head(ask(edge, ASKS + "\r\n"))).startsWith("HTTP/1.1 403 ");
    }

    @Test
    void takesWhatHasABodyForARequest() throws Exception {
        Edge edge = echo(EdgeLimits.DEFAULT);
        assertThat(head(ask(edge, ASKS + "Content-Length: 3\r\n\r\nabc"))).startsWith("HTTP/1.1 200 ");
        assertThat(head(ask(edge, ASKS + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")))
                .startsWith("HTTP/1.1 200 ");
        assertThat(head(ask(edge, "GET /x HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: other\r\n\r\n")))
                .startsWith("HTTP/1.1 200 ");
        assertThat(head(ask(edge, "GET /x HTTP/1.1\r\nHost: h\r\nUpgrade: Echo/1\r\n\r\n")))
                .startsWith("HTTP/1.1 200 ");
        assertThat(head(ask(
                        edge,
                        "GET /x HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, upgrade\r\nUpgrade: echo/1\r\n\r\n")))
                .startsWith("HTTP/1.1 101 ");
    }

    @Test
    void tellsTheHandlerThatItsClientWent() throws Exception {
        Edge edge = start(EdgeLimits.DEFAULT, (_, socket) -> {
            try {
                // Its client may go as soon as it has the answer, before this knows that it has.
                socket.accept();
                socket.receive(LONG);
            } finally {
                events.add("ended");
            }
        });
        java.net.Socket client = ask(edge, ASKS + "\r\n");
        String _ = head(client);
        client.close();
        assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo("ended");
    }

    @Test
    void cutsOffAClientThatReadsNothing() throws Exception {
        EdgeLimits limits = EdgeLimits.DEFAULT.withAnswers(1 << 20, Duration.ofMillis(200));
        Edge edge = start(limits, (_, socket) -> {
            socket.accept();
            try {
                while (true) {
                    socket.sendBinary(new byte[1 << 20]);
                }
            } catch (ClientGoneException _) {
                events.add("given up");
            }
            Optional<Socket.Message> message = socket.receive(LONG);
            events.add("still there: " + message);
        });
        java.net.Socket client = new java.net.Socket();
        open.add(client);
        client.setReceiveBufferSize(4 << 10);
        client.connect(new java.net.InetSocketAddress("127.0.0.1", edge.port()));
        client.getOutputStream().write((ASKS + "\r\n").getBytes(US_ASCII));
        assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo("given up");
        assertThat(events.poll(2, TimeUnit.SECONDS)).isNull();
        try {
            client.getInputStream().skipNBytes(1L << 40);
            throw new AssertionError("the end never came");
        } catch (IOException end) {
            assertThat(end).isNotNull();
        }
    }

    @Test
    void hasRoomForOthersAgainAfterwards() throws Exception {
        Edge edge = start(EdgeLimits.DEFAULT.withConnections(2), (_, socket) -> socket.accept());
        for (int i = 0; i < 5; i++) {
            java.net.Socket client = ask(edge, ASKS + "\r\n");
            assertThat(head(client)).startsWith("HTTP/1.1 101 ");
            assertThat(client.getInputStream().read()).isEqualTo(-1);
            client.close();
        }
    }

    private Edge echo(EdgeLimits limits) throws Exception {
        return start(limits, (_, socket) -> {
            socket.accept();
            while (true) {
                if (socket.receive(LONG).orElseThrow() instanceof Socket.Message.Binary(Body body)) {
                    socket.sendBinary(body.bytes());
                }
            }
        });
    }

    private Edge start(EdgeLimits limits, SocketHandler handler) throws Exception {
        Routes routes = new Routes()
                .answer("/*", _ -> HttpResponse.text(200, "an answer"))
                .upgrades("Echo/1", handler);
        Edge edge = new Edge(EdgeOptions.plain("127.0.0.1", 0).with(limits), routes, () -> "edge-1");
        open.add(edge);
        edge.start();
        return edge;
    }

    private java.net.Socket ask(Edge edge, String request) throws IOException {
        java.net.Socket client = new java.net.Socket("127.0.0.1", edge.port());
        open.addFirst(client);
        client.getOutputStream().write(request.getBytes(US_ASCII));
        return client;
    }

    private static String head(java.net.Socket client) throws IOException {
        InputStream in = client.getInputStream();
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int read = in.read();
            assertThat(read).as("after %s", head).isNotEqualTo(-1);
            head.append((char) read);
        }
        return head.toString();
    }
}
