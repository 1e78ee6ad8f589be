package dev.gantry.cli.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.ServerWebSocket;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A session against a server that echoes its input and ends with code 7. */
@Timeout(30)
class ExecSessionTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Vertx vertx = Vertx.vertx();
    private int port;

    @BeforeEach
    void serve() throws Exception {
        HttpServer server = vertx.createHttpServer().webSocketHandler(ExecSessionTest::echo);
        port = server.listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .actualPort();
    }

    @AfterEach
    void stop() throws Exception {
        vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void carriesInputOutputSizeAndTheExitCode() throws InterruptedException, IOException {
        ExecSession session = new ExecSession(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        session.open(client(), "/_gantry/v1/exec/default/t?command=cat&command=a%20b");
        session.resize(120, 40);
        session.feed(new ByteArrayInputStream("hello".repeat(5_000).getBytes(StandardCharsets.UTF_8)));
        assertThat(session.await()).isEqualTo(new ExecSession.End(7, ""));
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("hello".repeat(5_000));
        assertThat(err.toString(StandardCharsets.UTF_8)).isEqualTo("{\"columns\":120,\"rows\":40}");
    }

    @Test
    void saysWhenTheServerGoesAway() throws InterruptedException {
        ExecSession session = new ExecSession(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        session.open(client(), "/_gantry/v1/exec/default/gone");
        assertThat(session.await().error()).contains("closed");
    }

    @Test
    void followsTheHandshakeToTheLeader() throws Exception {
        String leader = "http://127.0.0.1:" + port;
        int follower = vertx.createHttpServer()
                .requestHandler(request -> request.response()
                        .setStatusCode(307)
                        .putHeader("Location", leader + request.uri())
                        .end())
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .get(10, TimeUnit.SECONDS)
                .actualPort();
        ExecSession session = new ExecSession(
                new PrintStream(out, true, StandardCharsets.UTF_8), new PrintStream(err, true, StandardCharsets.UTF_8));
        session.open(client(follower), "/_gantry/v1/exec/default/t?command=cat");
        session.feed(new ByteArrayInputStream("hello".getBytes(StandardCharsets.UTF_8)));
        assertThat(session.await()).isEqualTo(new ExecSession.End(7, ""));
        assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo("hello");
    }

    private OpsClient client() {
        return client(port);
    }

    private static OpsClient client(int port) {
        Settings settings = new Settings(
                URI.create("http://127.0.0.1:" + port), "us-east-1", "", "AK", "secret", null, null, "default");
        return new OpsClient(new Wire(settings, Clock.systemUTC()));
    }

    private static void echo(ServerWebSocket socket) {
        if (socket.path().endsWith("/gone")) {
            socket.close((short) 1011, "the node is gone");
            return;
        }
        socket.binaryMessageHandler(message -> {
            Buffer rest = message.slice(1, message.length());
            switch (message.getByte(0)) {
                case 0 ->
                    socket.writeBinaryMessage(
                            Buffer.buffer().appendByte((byte) 1).appendBuffer(rest));
                case 3 ->
                    socket.writeBinaryMessage(
                            Buffer.buffer().appendByte((byte) 2).appendBuffer(rest));
                default ->
                    socket.writeBinaryMessage(
                            Buffer.buffer().appendByte((byte) 4).appendString("{\"exitCode\":7,\"error\":null}"));
            }
        });
    }
}
