package dev.gantry.e2e.benchmark;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The other side of the API's figures: reads a body and answers with bytes that it has, on Vert.x alone. */
final class TrivialServer implements AutoCloseable {

    private final Process process;
    private final int port;

    private TrivialServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    private static final int ANSWER_BYTES = 450;

    /** In a process of its own, as the API is. */
    static TrivialServer start() throws IOException {
        return start(ANSWER_BYTES);
    }

    /** @param bytes of each answer, which are there before anybody asks */
    static TrivialServer start(int bytes) throws IOException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:+UseSerialGC",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path", ""),
                        TrivialServer.class.getName(),
                        Integer.toString(bytes))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String port = process.inputReader(StandardCharsets.US_ASCII).readLine();
        if (port == null) {
            throw new IOException("the trivial server did not start");
        }
        return new TrivialServer(process, Integer.parseInt(port));
    }

    public static void main(String[] arguments) {
        Buffer answer = Buffer.buffer("x".repeat(Integer.parseInt(arguments[0])));
        Vertx vertx = Vertx.vertx(new VertxOptions().setUseDaemonThread(false).setPreferNativeTransport(true));
        vertx.createHttpServer()
                .requestHandler(
                        request -> request.bodyHandler(_ -> request.response().end(answer)))
                .listen(0, "127.0.0.1")
                .onSuccess(server -> System.out.println(server.actualPort()));
    }

    int port() {
        return port;
    }

    @Override
    public void close() {
        process.destroy();
    }
}
