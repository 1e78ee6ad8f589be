package dev.gantry.agent.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import dev.gantry.agent.AgentSettings.IngressDoors;
import dev.gantry.agent.RouteBook;
import dev.gantry.proto.IngressPorts;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests over real sockets, through the ingress to servers of the test. */
class IngressServerTest {

    private static final int PATIENCE_MS = 20_000;

    private final HttpClient client = HttpClient.newHttpClient();
    private ServedIngress served;

    @BeforeEach
    void open() throws IOException {
        served = new ServedIngress();
    }

    @AfterEach
    void close() throws Exception {
        served.close();
        client.close();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://localhost:" + served.http() + path))
                .timeout(Duration.ofMillis(PATIENCE_MS));
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return client.send(request(path).build(), BodyHandlers.ofString());
    }

    /** Everything that the ingress answers to these words, as they are. */
    private String say(String... lines) throws IOException {
        try (Socket socket = connect()) {
            socket.getOutputStream().write((String.join("\r\n", lines) + "\r\n\r\n").getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(ServedIngress.HERE, served.http());
        socket.setSoTimeout(PATIENCE_MS);
        return socket;
    }

    @Test
    void leadsByHostAndPath() throws IOException {
        served.service("a", served.saying("from a"));
        served.service("b", served.saying("from b"));
        served.service("idle");
        served.serve(Ingresses.named("i", 1)
                .addRules(Ingresses.rule("a.test", "/", "a"))
                .addRules(Ingresses.rule("b.test", "/b", "b"))
                .addRules(Ingresses.rule("b.test", "/idle", "idle")));
        String[] close = {"Connection: close"};
        assertThat(say("GET / HTTP/1.1", "Host: A.test:8080", close[0])).endsWith("from a");
        assertThat(say("GET /b/c?d=e HTTP/1.1", "Host: b.test", close[0])).endsWith("from b");
        assertThat(say("GET / HTTP/1.1", "Host: b.test", close[0])).startsWith("HTTP/1.1 404 ");
        assertThat(say("GET /idle HTTP/1.1", "Host: b.test", close[0])).startsWith("HTTP/1.1 503 ");
        assertThat(say("GET /%zz HTTP/1.1", "Host: b.test", close[0])).startsWith("HTTP/1.1 400 ");
        assertThat(say("GET / HTTP/1.0", "Host: a.test")).endsWith("from a");
    }

    @Test
    void saysForWhomItAsks() throws IOException, InterruptedException {
        served.service("echo", served.server(exchange -> {
            StringBuilder all = new StringBuilder(exchange.getRequestURI().toString());
            exchange.getRequestHeaders()
                    .forEach((name, values) ->
                            all.append('\n').append(name).append(": ").append(values));
            byte[] bytes = all.toString().getBytes(UTF_8);
            exchange.getResponseHeaders().add("Keep-Alive", "timeout=1");
            exchange.getResponseHeaders().add("X-Mine", "1");
            exchange.getResponseHeaders().add("X-Mine", "2");
            exchange.sendResponseHeaders(200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        }));
        served.serve(Ingresses.named("i", 1).addRules(Ingresses.rule("", "/", "echo")));
        String said = say(
                "GET http://shop.test/a%20b?c=%2F HTTP/1.1",
                "Host: shop.test",
                "X-Forwarded-For: 9.9.9.9",
                "X-Real-IP: 9.9.9.9",
                "Forwarded: for=9.9.9.9",
                "TE: trailers",
                "X-Private: secret",
                "Connection: close",
                "Connection: X-Private");
        assertThat(said)
                .contains("/a%20b?c=%2F")
                .contains("\nHost: [shop.test]")
                .contains("\nX-forwarded-for: [127.0.0.1]")
                .contains("\nX-real-ip: [127.0.0.1]")
                .contains("\nX-forwarded-host: [shop.test]")
                .contains("\nX-forwarded-port: [" + served.http() + "]")
                .contains("\nX-forwarded-proto: [http]")
                .contains("X-mine: 1")
                .contains("X-mine: 2")
                .doesNotContain("9.9.9.9")
                .doesNotContain("X-private")
                .doesNotContain("Te:")
                .doesNotContainIgnoringCase("keep-alive");
    }

    @Test
    void takesTurnsAndPassesOverWhoTakesNoConnection() throws IOException, InterruptedException {
        served.service("two", served.saying("one"), served.saying("two"));
        served.service("half", ServedIngress.freePort(), served.saying("alive"));
        served.service("dead", ServedIngress.freePort());
        served.serve(Ingresses.named("i", 1)
                .addRules(Ingresses.rule("", "/", "two"))
                .addRules(Ingresses.rule("", "/half", "half"))
                .addRules(Ingresses.rule("", "/dead", "dead")));
        assertThat(List.of(get("/").body(), get("/").body(), get("/").body())).isEqualTo(List.of("one", "two", "one"));
        assertThat(List.of(get("/half").body(), get("/half").body())).isEqualTo(List.of("alive", "alive"));
        assertThat(get("/dead").statusCode()).isEqualTo(502);
    }

    @Test
    void streamsBothWays() throws IOException {
        // Says each line back as it comes: nobody may wait for the end.
        served.service("echo", served.server(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            try (BufferedReader in = new BufferedReader(new InputStreamReader(exchange.getRequestBody(), UTF_8));
                    OutputStream out = exchange.getResponseBody()) {
                for (String line = in.readLine(); line != null; line = in.readLine()) {
                    out.write((line + "\n").getBytes(UTF_8));
                    out.flush();
                }
            }
        }));
        served.serve(Ingresses.named("i", 1).addRules(Ingresses.rule("", "/", "echo")));
        try (Socket socket = connect()) {
            OutputStream out = socket.getOutputStream();
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            out.write("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n".getBytes(UTF_8));
            for (String word : List.of("first", "second")) {
                out.write((Integer.toHexString(word.length() + 1) + "\r\n" + word + "\n\r\n").getBytes(UTF_8));
                assertThat(in.lines().filter(word::equals).findFirst()).isPresent();
            }
            out.write("0\r\n\r\n".getBytes(UTF_8));
            assertThat(in.lines().filter("0"::equals).findFirst()).isPresent();
        }
    }

    @Test
    void isNoFasterThanWhoReads() throws IOException, InterruptedException {
        byte[] block = new byte[1 << 20];
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch failed = new CountDownLatch(1);
        // Of what a server writes nothing comes back: it must stop when the buffers between are full.
        served.service("talker", served.talking(connection -> {
            connection.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(UTF_8));
            Thread writer = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 1024; i++) {
                        connection.getOutputStream().write(block);
                    }
                    failed.countDown();
                } catch (IOException _) {
                    stuck.countDown();
                }
            });
            try {
                boolean _ = failed.await(3, java.util.concurrent.TimeUnit.SECONDS);
                connection.close();
                writer.join();
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }));
        served.serve(Ingresses.named("i", 1).addRules(Ingresses.rule("", "/", "talker")));
        try (Socket socket = connect()) {
            socket.getOutputStream().write("GET / HTTP/1.1\r\nHost: h\r\n\r\n".getBytes(UTF_8));
            assertThat(stuck.await(PATIENCE_MS, java.util.concurrent.TimeUnit.MILLISECONDS))
                    .isTrue();
            assertThat(failed.getCount()).isEqualTo(1);
        }
    }

    @Test
    void doesNotPassOffAPartForTheWhole() throws IOException {
        served.service("short", served.talking(connection -> {
            connection
                    .getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n".getBytes(UTF_8));
        }));
        served.service("mute", served.talking(Socket::close));
        served.serve(Ingresses.named("i", 1)
                .addRules(Ingresses.rule("", "/", "short"))
                .addRules(Ingresses.rule("", "/mute", "mute")));
        assertThatThrownBy(() -> get("/")).isInstanceOf(IOException.class);
        assertThat(say("GET /mute HTTP/1.1", "Host: h", "Connection: close")).startsWith("HTTP/1.1 502 ");
    }

    @Test
    void letsBothSidesSwitchToOtherProtocols() throws IOException {
        served.service("chat", served.talking(connection -> {
            BufferedReader in = new BufferedReader(new InputStreamReader(connection.getInputStream(), UTF_8));
            List<String> head = in.lines().takeWhile(line -> !line.isEmpty()).toList();
            String protocol = head.stream()
                    .filter(line -> line.equalsIgnoreCase("upgrade: chat"))
                    .findFirst()
                    .map(line -> line.substring("upgrade: ".length()))
                    .orElse("none");
            OutputStream out = connection.getOutputStream();
            out.write(("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: " + protocol
                            + "\r\nX-Mine: 1\r\n\r\nwelcome\n")
                    .getBytes(UTF_8));
            out.write((in.readLine() + " back\n").getBytes(UTF_8));
        }));
        served.service("plain", served.saying("no"));
        served.serve(Ingresses.named("i", 1)
                .addRules(Ingresses.rule("", "/", "chat"))
                .addRules(Ingresses.rule("", "/plain", "plain")));
        try (Socket socket = connect()) {
            BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
            OutputStream out = socket.getOutputStream();
            out.write("GET / HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, Upgrade\r\nUpgrade: chat\r\n\r\n"
                    .getBytes(UTF_8));
            assertThat(in.lines()
                            .takeWhile(line -> !line.isEmpty())
                            .map(line -> line.toLowerCase(java.util.Locale.ROOT)))
                    .contains("http/1.1 101 switching protocols", "upgrade: chat", "x-mine: 1");
            assertThat(in.readLine()).isEqualTo("welcome");
            out.write("hello\n".getBytes(UTF_8));
            assertThat(in.readLine()).isEqualTo("hello back");
            // What one side ends is over for the other.
            assertThat(in.readLine()).isNull();
        }
        assertThat(say("GET /plain HTTP/1.1", "Host: h", "Connection: close", "Connection: Upgrade", "Upgrade: chat"))
                .startsWith("HTTP/1.1 200 ")
                .endsWith("no");
    }

    @Test
    void carriesLargeBodies() throws IOException, InterruptedException {
        served.service("count", served.server(exchange -> {
            long bytes = exchange.getRequestBody().transferTo(OutputStream.nullOutputStream());
            byte[] answer = Long.toString(bytes).getBytes(UTF_8);
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            exchange.close();
        }));
        served.serve(Ingresses.named("i", 1).addRules(Ingresses.rule("", "/", "count")));
        byte[] half = new byte[3 << 20];
        HttpResponse<String> known =
                client.send(request("/").POST(BodyPublishers.ofByteArray(half)).build(), BodyHandlers.ofString());
        assertThat(known.body()).isEqualTo(Integer.toString(half.length));
        HttpResponse<String> open = client.send(
                request("/")
                        .POST(BodyPublishers.ofInputStream(() -> new SequenceInputStream(
                                new ByteArrayInputStream(half), new ByteArrayInputStream(half))))
                        .build(),
                BodyHandlers.ofString());
        assertThat(open.body()).isEqualTo(Integer.toString(2 * half.length));
    }

    @Test
    void showsEachHostItsOwnCertificate() throws Exception {
        served.service("a", served.saying("from a"));
        served.serve(Ingresses.named("i", 1)
                .addRules(Ingresses.rule("", "/", "a"))
                .addCertificates(ServedIngress.certificate("a.test", "RSA"))
                .addCertificates(ServedIngress.certificate("*.b.test", "EC"))
                .addCertificates(ServedIngress.certificate("c.test", "EC").setKey(ByteString.copyFromUtf8("none"))));
        assertThat(shown("a.test")).isEqualTo("CN=a.test");
        assertThat(shown("x.b.test")).isEqualTo("CN=*.b.test");
        String otherwise = "O=Gantry, CN=Gantry Ingress Default Certificate";
        assertThat(shown("b.test")).isEqualTo(otherwise);
        assertThat(shown("c.test")).isEqualTo(otherwise);
        // A new certificate is shown without a new start.
        served.serve(Ingresses.named("i", 1)
                .addRules(Ingresses.rule("", "/", "a"))
                .addCertificates(ServedIngress.certificate("b.test", "RSA")));
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> shown("b.test").equals("CN=b.test"));
        assertThat(shown("a.test")).isEqualTo(otherwise);
    }

    private String shown(String host) throws Exception {
        try (SSLSocket socket = (SSLSocket)
                ServedIngress.trusting().getSocketFactory().createSocket(ServedIngress.HERE, served.https())) {
            socket.setSoTimeout(PATIENCE_MS);
            SSLParameters parameters = socket.getSSLParameters();
            parameters.setServerNames(List.of(new SNIHostName(host)));
            socket.setSSLParameters(parameters);
            socket.startHandshake();
            return ((X509Certificate) socket.getSession().getPeerCertificates()[0])
                    .getSubjectX500Principal()
                    .toString();
        }
    }

    @Test
    void sendsHostsWithACertificateToTls() throws Exception {
        served.service("a", served.saying("from a"));
        served.serve(Ingresses.named("i", 1)
                .addRules(Ingresses.rule("", "/", "a"))
                .addCertificates(ServedIngress.certificate("a.test", "EC")));
        assertThat(say("GET /x?y HTTP/1.1", "Host: a.test", "Connection: close"))
                .startsWith("HTTP/1.1 308 ")
                .containsIgnoringCase("\r\nlocation: https://a.test:" + served.https() + "/x?y\r\n");
        assertThat(say("GET /x HTTP/1.1", "Host: other.test", "Connection: close"))
                .startsWith("HTTP/1.1 200 ");
    }

    @Test
    void speaksHttp2WithTls() throws Exception {
        served.service("echo", served.server(exchange -> {
            byte[] body = exchange.getRequestBody().readAllBytes();
            String said = exchange.getRequestMethod() + " "
                    + exchange.getRequestHeaders().getFirst("X-forwarded-proto") + " "
                    + exchange.getRequestHeaders().containsKey("Transfer-encoding") + " " + body.length;
            exchange.sendResponseHeaders(200, said.length());
            exchange.getResponseBody().write(said.getBytes(UTF_8));
            exchange.close();
        }));
        served.serve(Ingresses.named("i", 1).addRules(Ingresses.rule("", "/", "echo")));
        try (HttpClient secure =
                HttpClient.newBuilder().sslContext(ServedIngress.trusting()).build()) {
            HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("https://localhost:" + served.https()))
                    .timeout(Duration.ofMillis(PATIENCE_MS));
            HttpResponse<String> empty = secure.send(request.build(), BodyHandlers.ofString());
            assertThat(empty.version()).isEqualTo(HttpClient.Version.HTTP_2);
            assertThat(empty.body()).isEqualTo("GET https false 0");
            byte[] body = new byte[1 << 20];
            HttpResponse<String> open = secure.send(
                    request.POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body)))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(open.body()).isEqualTo("POST https true " + body.length);
        }
    }

    @Test
    void takesItsPortsOnlyWhileThereIsSomethingToServe() throws IOException {
        assertThat(served.ingress().ports()).isEqualTo(IngressPorts.getDefaultInstance());
        served.service("a", served.saying("from a"));
        served.serve(Ingresses.named("i", 1).addRules(Ingresses.rule("", "/", "a")));
        served.ingress().follow(RouteBook.EMPTY);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> isFree(served.http()) && isFree(served.https()));
        assertThat(served.ingress().ports()).isEqualTo(IngressPorts.getDefaultInstance());
    }

    private static boolean isFree(int port) {
        try (ServerSocket _ = new ServerSocket(port)) {
            return true;
        } catch (IOException _) {
            return false;
        }
    }

    @Test
    void waitsForAPortThatSomebodyElseHas() throws Exception {
        try (ServerSocket other = new ServerSocket(0);
                IngressServer ingress = IngressServer.start(
                        new IngressDoors(other.getLocalPort(), 0), InstantSource.system(), new SecureRandom())) {
            IngressPorts port =
                    IngressPorts.newBuilder().setHttp(other.getLocalPort()).build();
            ingress.follow(Ingresses.book(List.of(), Ingresses.named("i", 1).addRules(Ingresses.rule("", "/", "a"))));
            Awaitility.await()
                    .during(Duration.ofSeconds(1))
                    .until(() -> ingress.ports().getHttp() == 0);
            other.close();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(15))
                    .until(() -> ingress.ports().equals(port));
        }
    }
}
