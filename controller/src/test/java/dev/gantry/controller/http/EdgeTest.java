package dev.gantry.controller.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class EdgeTest {

    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(100);

    private final HttpClient client = HttpClient.newHttpClient();
    private final List<Edge> edges = new ArrayList<>();

    @AfterEach
    void stop() {
        edges.forEach(Edge::close);
        client.close();
    }

    @Test
    void givesTheHandlerTheRequestAsItCame() throws Exception {
        AtomicReference<HttpRequest> seen = new AtomicReference<>();
        Edge edge = start(new Routes().answer("/*", request -> {
            seen.set(request);
            return HttpResponse.json(201, "{}").with("X-Own", "1");
        }));
        String answer = raw(
                edge,
                "PUT /a%20b/%C3%BC?x=%2F+y HTTP/1.1\r\nHost: h\r\nx-own: a\r\nX-Own: b\r\n"
                        + "X-Text: gr\u00c3\u00bc\u00c3\u009f\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc");
        assertThat(answer)
                .startsWith("HTTP/1.1 201 ")
                .contains("X-Own: 1\r\n")
                .contains("Date: ")
                .endsWith("{}");
        HttpRequest request = seen.get();
        assertThat(request.method()).isEqualTo("PUT");
        assertThat(request.target()).isEqualTo("/a%20b/%C3%BC?x=%2F+y");
        assertThat(request.path()).isEqualTo("/a b/ü");
        assertThat(request.query()).isEqualTo("x=%2F+y");
        assertThat(request.headers().all("X-OWN")).containsExactly("a", "b");
        assertThat(request.headers().first("x-text")).contains("grüß");
        assertThat(request.body()).isEqualTo(Body.of("abc"));
        assertThat(request.remoteAddress()).isEqualTo("127.0.0.1");
        assertThat(request.secure()).isFalse();
    }

    @Test
    void choosesTheExactPathThenTheLongestBeginning() throws Exception {
        Edge edge = start(new Routes()
                .answer("/*", _ -> HttpResponse.text(200, "all"))
                .answer("/a/*", _ -> HttpResponse.text(200, "below a"))
                .answer("/a/b", _ -> HttpResponse.text(200, "a b"))
                .answer("/a/b/c/*", _ -> HttpResponse.text(200, "below c")));
        assertThat(List.of(get(edge, "/"), get(edge, "/a"), get(edge, "/a/x"), get(edge, "/a/b"), get(edge, "/a/b/d")))
                .containsExactly("200 all", "200 all", "200 below a", "200 a b", "200 below a");
        assertThat(get(edge, "/a/b/c/d")).isEqualTo("200 below c");
    }

    @Test
    void saysThatThereIsNothingAtAnUnknownPath() throws Exception {
        Edge edge = start(new Routes().answer("/known", _ -> HttpResponse.text(200, "")));
        assertThat(get(edge, "/unknown")).isEqualTo("404 There is nothing at this path.\n");
    }

    @Test
    void answersEachRequestOnAVirtualThreadOfItsOwn() throws Exception {
        int many = 50;
        CountDownLatch all = new CountDownLatch(many);
        Edge edge = start(new Routes().answer("/", _ -> {
            all.countDown();
            all.await();
            return HttpResponse.text(200, "" + Thread.currentThread().isVirtual());
        }));
        List<String> answers = IntStream.range(0, many)
                .mapToObj(_ -> client.sendAsync(request(edge, "/"), BodyHandlers.ofString()))
                .toList()
                .stream()
                .map(future -> future.join().body())
                .toList();
        assertThat(answers).hasSize(many).containsOnly("true");
    }

    @Test
    void refusesMoreRequestsThanItMayHaveInFlightAtOnce() throws Exception {
        CountDownLatch entered = new CountDownLatch(2);
        CountDownLatch leave = new CountDownLatch(1);
        Edge edge = start(EdgeLimits.DEFAULT.withRequestsInFlight(2), new Routes().answer("/", _ -> {
                    entered.countDown();
                    leave.await();
                    return HttpResponse.text(200, "done");
                }));
        var first = client.sendAsync(request(edge, "/"), BodyHandlers.ofString());
        var second = client.sendAsync(request(edge, "/"), BodyHandlers.ofString());
        entered.await();
        var third = client.send(request(edge, "/"), BodyHandlers.ofString());
        assertThat(third.statusCode()).isEqualTo(503);
        assertThat(third.headers().firstValue("Retry-After")).contains("1");
        assertThat(third.headers().firstValue("X-Request-Id")).isPresent();
        leave.countDown();
        assertThat(first.join().body() + second.join().body()).isEqualTo("donedone");
        assertThat(get(edge, "/")).isEqualTo("200 done");
    }

    @Test
    void refusesAnAddressThatAsksMoreOftenThanItMayAndLetsItAskAgainLater() throws Exception {
        Edge edge = start(EdgeLimits.DEFAULT.withRequestsPerSecond(2), echo());
        var refused = firstWith(429, edge);
        assertThat(refused.body()).startsWith("Requests come from this address more often than they may");
        assertThat(refused.headers().firstValue("Retry-After")).contains("1");
        assertThat(firstWith(200, edge).body()).isEqualTo("0 bytes");
    }

    private java.net.http.HttpResponse<String> firstWith(int status, Edge edge) throws Exception {
        java.net.http.HttpResponse<String> answer;
        do {
            answer = client.send(request(edge, "/"), BodyHandlers.ofString());
        } while (answer.statusCode() != status);
        return answer;
    }

    @Test
    void refusesTooLargeABodyBeforeItIsSent() throws Exception {
        Edge edge = start(echo());
        String answer =
                raw(edge, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n" + "Expect: 100-continue\r\n\r\n");
        assertThat(answer)
                .startsWith("HTTP/1.1 413 ")
                .contains("onnection: close")
                .doesNotContain("100 Continue");
    }

    @Test
    void refusesAChunkedBodyWithoutEnd() throws Exception {
        Edge edge = start(echo());
        String chunk = "8000\r\n" + "x".repeat(0x8000) + "\r\n";
        String answer =
                raw(edge, "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk.repeat(40));
        assertThat(answer).startsWith("HTTP/1.1 413 ").contains("onnection: close");
    }

    @Test
    void takesABodyOfExactlyTheLimit() throws Exception {
        Edge edge = start(echo());
        var answer = client.send(
                java.net.http.HttpRequest.newBuilder(uri(edge, "/"))
                        .expectContinue(true)
                        .POST(java.net.http.HttpRequest.BodyPublishers.ofByteArray(new byte[1 << 20]))
                        .build(),
                BodyHandlers.ofString());
        assertThat(answer.body()).isEqualTo("1048576 bytes");
    }

    @Test
    void refusesTooManyOrTooLargeHeaders() throws Exception {
        Edge edge = start(echo());
        String many = IntStream.range(0, 101).mapToObj(i -> "h" + i + ": 1\r\n").reduce("", String::concat);
        assertThat(raw(edge, "GET / HTTP/1.1\r\n" + many + "\r\n")).startsWith("HTTP/1.1 431 ");
        String large = "large: " + "x".repeat(17 << 10) + "\r\n";
        assertThat(raw(edge, "GET / HTTP/1.1\r\n" + large + "\r\n")).startsWith("HTTP/1.1 431 ");
        assertThat(raw(edge, "GET /" + "x".repeat(17 << 10) + " HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.0 414 ");
    }

    @Test
    void refusesRequestsThatCanBeReadInTwoWays() throws Exception {
        Edge edge = start(echo());
        for (String headers : List.of(
                "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
                "Content-Length: x\r\n\r\n",
                "Content-Length: -1\r\n\r\n",
                "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
                "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
                "Host: other\r\n\r\n")) {
            assertThat(raw(edge, "POST / HTTP/1.1\r\nHost: h\r\n" + headers))
                    .as(headers)
                    .startsWith("HTTP/1.1 400 ");
        }
        for (String target : List.of("/%zz", "/%00", "relative", "/\u00fc")) {
            assertThat(raw(edge, "GET " + target + " HTTP/1.1\r\nHost: h\r\n\r\n"))
                    .as(target)
                    .startsWith("HTTP/1.1 400 ");
        }
    }

    @Test
    void givesUpOnAClientThatIsSlowWithItsHeaders() throws Exception {
        Edge edge = start(EdgeLimits.DEFAULT.withTimes(SHORT, LONG, LONG, LONG), echo());
        assertThat(raw(edge, "GET / HTTP/1.1\r\nHost:"))
                .startsWith("HTTP/1.1 408 ")
                .endsWith("in time.\n");
    }

    @Test
    void givesUpOnAClientThatIsSlowWithItsBody() throws Exception {
        Edge edge = start(EdgeLimits.DEFAULT.withTimes(LONG, SHORT, LONG, LONG), echo());
        assertThat(raw(edge, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\na"))
                .startsWith("HTTP/1.1 408 ");
    }

    @Test
    void closesIdleConnections() throws Exception {
        Edge edge = start(EdgeLimits.DEFAULT.withTimes(LONG, LONG, LONG, SHORT), echo());
        // Reads until the server closes: a connection that stays open fails by the timeout.
        assertThat(raw(edge, "GET / HTTP/1.1\r\nHost: h\r\n\r\n")).startsWith("HTTP/1.1 200 ");
    }

    @Test
    void answersInPlaceOfAHandlerThatTakesTooLong() throws Exception {
        SynchronousQueue<String> interrupted = new SynchronousQueue<>();
        Edge edge = start(EdgeLimits.DEFAULT.withTimes(LONG, LONG, SHORT, LONG), new Routes().answer("/", _ -> {
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException e) {
                        interrupted.put("interrupted");
                        throw e;
                    }
                    return HttpResponse.text(200, "late");
                }));
        assertThat(get(edge, "/")).startsWith("503 The request took too long");
        assertThat(interrupted.poll(10, TimeUnit.SECONDS)).isEqualTo("interrupted");
    }

    @Test
    void tellsABugByARequestIdOnly() throws Exception {
        Edge edge = start(new Routes().answer("/", _ -> {
            throw new IllegalStateException("secret");
        }));
        var answer = client.send(request(edge, "/"), BodyHandlers.ofString());
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.headers().firstValue("X-Request-Id")).contains("edge-1");
        assertThat(answer.body()).doesNotContain("secret").doesNotContain("Exception");
    }

    @Test
    void answersAlsoWhenAClassCannotBeLoaded() throws Exception {
        Edge edge = start(new Routes()
                        .answer("/", _ -> {
                            throw new ExceptionInInitializerError("its data is not there");
                        })
                        .stream("/stream", (_, _) -> {
                    throw new NoClassDefFoundError("it is not there");
                }));
        assertThat(get(edge, "/")).startsWith("500 ");
        assertThat(get(edge, "/stream")).startsWith("500 ");
    }

    @Test
    void letsTheFrontEndSayWhatTheEdgeRefuses() throws Exception {
        Handler speaker = new Handler() {
            @Override
            public HttpResponse handle(HttpRequest request) {
                return HttpResponse.text(200, "");
            }

            @Override
            public HttpResponse refuse(Refusal refusal, String requestId) {
                return HttpResponse.text(400, refusal + " " + requestId);
            }
        };
        Edge edge = start(new Routes().answer("/", speaker));
        assertThat(raw(edge, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9999999\r\n\r\n"))
                .startsWith("HTTP/1.1 400 ")
                .endsWith("BODY_TOO_LARGE edge-1");
    }

    @Test
    void answersPipelinedRequestsInOrder() throws Exception {
        Edge edge = start(new Routes().answer("/*", request -> HttpResponse.text(200, request.path())));
        String answers = raw(
                edge,
                "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
                        + "GET /3 HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        assertThat(answers.replaceAll("(?s)HTTP.*?\r\n\r\n", " ")).isEqualTo(" /1 /2 /3");
    }

    @Test
    void failsToStartOnATakenPortWithItsNumber() throws Exception {
        Edge edge = start(echo());
        Edge second = new Edge(EdgeOptions.plain("127.0.0.1", edge.port()), echo(), () -> "id");
        edges.add(second);
        assertThatThrownBy(second::start)
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("cannot listen on 127.0.0.1 port " + edge.port() + ": ");
    }

    private static Routes echo() {
        return new Routes()
                .answer("/", request -> HttpResponse.text(200, request.body().toString()));
    }

    private Edge start(Routes routes) throws Exception {
        return start(EdgeLimits.DEFAULT, routes);
    }

    private Edge start(EdgeLimits limits, Routes routes) throws Exception {
        Edge edge = new Edge(EdgeOptions.plain("127.0.0.1", 0).with(limits), routes, () -> "edge-1");
        edges.add(edge);
        edge.start();
        return edge;
    }

    private static URI uri(Edge edge, String path) {
        return URI.create("http://127.0.0.1:" + edge.port() + path);
    }

    private static java.net.http.HttpRequest request(Edge edge, String path) {
        return java.net.http.HttpRequest.newBuilder(uri(edge, path)).build();
    }

    private String get(Edge edge, String path) throws Exception {
        var answer = client.send(request(edge, path), BodyHandlers.ofString());
        return answer.statusCode() + " " + answer.body();
    }

    /** Sends bytes as they are and reads until the server closes the connection. */
    private static String raw(Edge edge, String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", edge.port())) {
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.getOutputStream().flush();
            InputStream in = socket.getInputStream();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
