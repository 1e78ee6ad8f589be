package dev.gantry.e2e.benchmark;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** The other side of the API's figures: reads a body and answers a small JSON text, on Vert.x alone. */
final class TrivialServer implements AutoCloseable {

    private final Process process;
    private final int port;

    private TrivialServer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** In a process of its own, as the API is. */
    static TrivialServer start() throws IOException {
        Process process = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElse("java"),
                        "-XX:+UseSerialGC",
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path", ""),
                        TrivialServer.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String port = process.inputReader(StandardCharsets.US_ASCII).readLine();
        if (port == null) {
            throw new IOException("the trivial server did not start");
        }
        return new TrivialServer(process, Integer.parseInt(port));
    }

    public static void main(String[] arguments) {
        String answer = "{\"clusters\":[" + "\"0123456789abcdef\",".repeat(24) + "\"\"],\"failures\":[]}";
        Vertx vertx = Vertx.vertx(new VertxOptions().setUseDaemonThread(false));
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
