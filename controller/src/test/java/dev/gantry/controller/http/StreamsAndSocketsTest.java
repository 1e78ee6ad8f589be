package dev.gantry.controller.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StreamsAndSocketsTest {

    private static final Duration LONG = Duration.ofSeconds(20);

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Edge> edges = new ArrayList<>();
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    @AfterEach
    void stop() {
        client.shutdownNow();
        edges.forEach(Edge::close);
    }

    @Test
    void sendsEachPartOfAStreamAtOnce() throws Exception {
        CountDownLatch firstSeen = new CountDownLatch(1);
        Edge edge = start(new Routes().stream("/", (_, stream) -> {
            stream.begin(200, Headers.of("Content-Type", "text/plain"));
            stream.write(bytes("one\n"));
            firstSeen.await();
            stream.write(bytes("two\n"));
        }));
        var answer = client.send(request(edge), BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(answer.body(), StandardCharsets.UTF_8))) {
            assertThat(lines.readLine()).isEqualTo("one");
            firstSeen.countDown();
            assertThat(lines.readLine()).isEqualTo("two");
            assertThat(lines.readLine()).isNull();
        }
    }

    @Test
    void mayAnswerAsAWholeInPlaceOfAStream() throws Exception {
        Edge edge = start(new Routes().stream("/", (_, stream) -> stream.answer(HttpResponse.text(404, "no log"))));
        var answer = client.send(request(edge), BodyHandlers.ofString());
        assertThat(answer.statusCode() + answer.body()).isEqualTo("404no log");
    }

    @Test
    void breaksAStreamOffThatFailedSoThatNobodyTakesItForWhole() throws Exception {
        Edge edge = start(new Routes().stream("/", (_, stream) -> {
            stream.begin(200, Headers.NONE);
            stream.write(bytes("half"));
            throw new IllegalStateException("the other half is lost");
        }));
        var answer = client.sendAsync(request(edge), BodyHandlers.ofString()).handle((_, failure) -> failure != null);
        assertThat(answer.join()).isTrue();
    }

    @Test
    void holdsAStreamBackThatNobodyReadsAndEndsItWhenTheClientGoes() throws Exception {
        AtomicLong written = new AtomicLong();
        Edge edge = start(new Routes().stream("/", (_, stream) -> {
            try {
                stream.begin(200, Headers.NONE);
                while (true) {
                    stream.write(new byte[64 << 10]);
                    written.addAndGet(64 << 10);
                }
            } finally {
                events.add("ended");
            }
        }));
        try (java.net.Socket socket = new java.net.Socket()) {
            socket.setReceiveBufferSize(4 << 10);
            socket.connect(new java.net.InetSocketAddress("127.0.0.1", edge.port()));
            socket.getOutputStream().write(bytes("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
            assertThat(events.poll(300, TimeUnit.MILLISECONDS)).isNull();
            assertThat(written.get()).isLessThan(32 << 20);
        }
        assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo("ended");
    }

    @Test
    void wakesAHandlerThatWaitsWhenItsClientGoes() throws Exception {
        Edge edge = start(new Routes().stream("/", (_, stream) -> {
            stream.begin(200, Headers.NONE);
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException _) {
                events.add("gone " + stream.gone());
            }
        }));
        try (java.net.Socket socket = new java.net.Socket("127.0.0.1", edge.port())) {
            socket.getOutputStream().write(bytes("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
            assertThat(socket.getInputStream().read()).isEqualTo('H');
        }
        assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo("gone true");
    }

    @Test
    void talksOverASocketUntilTheHandlerReturns() throws Exception {
        Edge edge = start(new Routes().socket("/exec", (request, socket) -> {
            socket.accept();
            socket.sendText("hello " + request.query());
            Optional<Socket.Message> message = socket.receive(LONG);
            while (!message.equals(Optional.of(new Socket.Message.Text("bye")))) {
                if (message.orElseThrow() instanceof Socket.Message.Binary(Body body)) {
                    socket.sendBinary(body.bytes());
                }
                message = socket.receive(LONG);
            }
        }));
        WebSocket socket = connect(edge, "/exec?task=1");
        assertThat(events.take()).isEqualTo("hello task=1");
        for (int i = 0; i < 100; i++) {
            socket.sendBinary(ByteBuffer.wrap(new byte[i]), true).join();
        }
        for (int i = 0; i < 100; i++) {
            assertThat(events.take()).isEqualTo(i + " bytes");
        }
        socket.sendText("bye", true).join();
        assertThat(events.take()).isEqualTo("closed 1000");
    }

    @Test
    void mayRefuseASocketBeforeItOpens() throws Exception {
        Edge edge = start(new Routes().socket("/exec", (_, socket) -> socket.refuse(HttpResponse.text(403, "no"))));
        try {
            connect(edge, "/exec");
            throw new AssertionError("opened");
        } catch (CompletionException e) {
            assertThat(e.getCause())
                    .isInstanceOfSatisfying(
                            WebSocketHandshakeException.class,
                            refused -> assertThat(refused.getResponse().statusCode())
                                    .isEqualTo(403));
        }
    }

    @Test
    void tellsTheHandlerOfASocketThatItsClientWent() throws Exception {
        Edge edge = start(new Routes().socket("/exec", (_, socket) -> {
            socket.accept();
            socket.sendText("open");
            try {
                socket.receive(LONG);
            } finally {
                events.add("ended");
            }
        }));
        WebSocket socket = connect(edge, "/exec");
        assertThat(events.take()).isEqualTo("open");
        socket.abort();
        assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo("ended");
    }

    @Test
    void hasRoomForOthersAgainWhenSocketsHaveClosed() throws Exception {
        Edge edge = start(
                new Routes().socket("/exec", (_, socket) -> {
                    socket.accept();
                    socket.sendText("open");
                }),
                EdgeLimits.DEFAULT.withConnections(2));
        for (int i = 0; i < 5; i++) {
            WebSocket _ = connect(edge, "/exec");
            assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo("open");
            assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo("closed 1000");
        }
    }

    private Edge start(Routes routes) throws Exception {
        return start(routes, EdgeLimits.DEFAULT);
    }

    private Edge start(Routes routes, EdgeLimits limits) throws Exception {
        Edge edge = new Edge(EdgeOptions.plain("127.0.0.1", 0).with(limits), routes, () -> "edge-1");
        edges.add(edge);
        edge.start();
        return edge;
    }

    private WebSocket connect(Edge edge, String path) {
        URI uri = URI.create("ws://127.0.0.1:" + edge.port() + path);
        return client.newWebSocketBuilder().buildAsync(uri, new Recorder()).join();
    }

    private static java.net.http.HttpRequest request(Edge edge) {
        return java.net.http.HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + edge.port() + "/"))
                .build();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Notes what the client of a socket sees. */
    private final class Recorder implements WebSocket.Listener {

        @Override
        public CompletionStage<?> onText(WebSocket socket, CharSequence text, boolean last) {
            events.add(text.toString());
            return WebSocket.Listener.super.onText(socket, text, last);
        }

        @Override
        public CompletionStage<?> onBinary(WebSocket socket, ByteBuffer bytes, boolean last) {
            events.add(bytes.remaining() + " bytes");
            return WebSocket.Listener.super.onBinary(socket, bytes, last);
        }

        @Override
        public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
            events.add("closed " + code);
            return WebSocket.Listener.super.onClose(socket, code, reason);
        }
    }
}
