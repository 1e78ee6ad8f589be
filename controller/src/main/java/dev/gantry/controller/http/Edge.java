package dev.gantry.controller.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.ClientAuth;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server of the controller: listens, bounds what clients may send, and calls the handlers of the routes. */
public final class Edge implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(Edge.class);
    private static final int STOP_SECONDS = 10;
    private static final int SOCKET_FRAME_BYTES_MAX = 64 << 10;
    private static final int SOCKET_MESSAGE_BYTES_MAX = 1 << 20;

    private final EdgeOptions options;
    private final Vertx vertx;
    private final HttpServer server;

    /** @param requestIds names the requests that the edge itself refuses */
    public Edge(EdgeOptions options, Routes routes, Supplier<String> requestIds) {
        this.options = options;
        // Nothing is served from files, so that Vert.x needs no cache directory.
        this.vertx = Vertx.vertx(new VertxOptions()
                .setPreferNativeTransport(true)
                .setUseDaemonThread(true)
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        Connections connections = new Connections(vertx, options.limits());
        Intake intake = new Intake(options.limits(), routes, requestIds, connections);
        this.server = vertx.createHttpServer(serverOptions(options))
                .connectionHandler(connections::opened)
                .requestHandler(intake::take)
                .exceptionHandler(failure -> log.debug("a connection failed before its request", failure));
    }

    /**
     * Listens from now on.
     *
     * @throws IOException when it cannot, for example because the port is taken
     */
    public void start() throws IOException, InterruptedException {
        try {
            await(server.listen());
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException(
                    "cannot listen on " + options.address() + " port " + options.port() + ": " + e.getMessage(), e);
        }
    }

    /** The port that it listens on. */
    public int port() {
        return server.actualPort();
    }

    /** Refuses new requests, waits a moment for those in flight, and closes every connection. */
    @Override
    public void close() {
        try {
            await(server.shutdown(1, TimeUnit.SECONDS));
            await(vertx.close());
        } catch (ExecutionException | TimeoutException e) {
            log.warn("the HTTP server did not stop cleanly", e);
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> T await(Future<T> future) throws InterruptedException, ExecutionException, TimeoutException {
        return future.toCompletionStage().toCompletableFuture().get(STOP_SECONDS, TimeUnit.SECONDS);
    }

    private static HttpServerOptions serverOptions(EdgeOptions options) {
        EdgeLimits limits = options.limits();
        HttpServerOptions server = new HttpServerOptions()
                .setHost(options.address())
                .setPort(options.port())
                .setMaxHeaderSize(limits.sizes().header())
                .setMaxInitialLineLength(limits.sizes().header())
                .setMaxWebSocketFrameSize(SOCKET_FRAME_BYTES_MAX)
                .setMaxWebSocketMessageSize(SOCKET_MESSAGE_BYTES_MAX)
                // HTTP/1.1 only: its limits are the ones that are watched here.
                .setHttp2ClearTextEnabled(false)
                // Signatures cover the bytes as sent, so nothing may be unpacked before they are checked.
                .setDecompressionSupported(false);
        if (!options.socketProtocols().isEmpty()) {
            server.setWebSocketSubProtocols(options.socketProtocols());
        }
        options.tls().ifPresent(tls -> {
            server.setSsl(true)
                    .setUseAlpn(false)
                    .setKeyCertOptions(new PemKeyCertOptions()
                            .setCertPath(tls.certificate().toString())
                            .setKeyPath(tls.key().toString()));
            // A certificate that is presented must be good; whether one is needed is for the front end to say.
            tls.clientAuthority()
                    .ifPresent(authority -> server.setClientAuth(ClientAuth.REQUEST)
                            .setTrustOptions(new PemTrustOptions().addCertPath(authority.toString())));
        });
        return server;
    }
}
