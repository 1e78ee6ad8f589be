package dev.gantry.agent.ingress;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.net.KeyCertOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One port at which requests are taken, by a server on each of a few threads. */
final class Entrance {

    private static final Logger log = LoggerFactory.getLogger(Entrance.class);
    private static final int THREADS_MAX = 4;
    private static final int CONNECTIONS_MAX = 8192;
    private static final int HEADER_BYTES_MAX = 32 << 10;
    private static final int LINE_BYTES_MAX = 16 << 10;
    private static final int IDLE_SECONDS = 180;
    /** Less than servers usually wait: what they close just now is not to be used. */
    private static final int POOLED_SECONDS = 4;

    private static final int POOL_MAX = 512;
    private static final int WAITING_MAX = 1024;
    private static final Duration LISTEN_WITHIN = Duration.ofSeconds(10);

    private final Vertx vertx;
    private final List<HttpServer> servers = new ArrayList<>();
    private final AtomicInteger connections = new AtomicInteger();

    private Entrance(Vertx vertx) {
        this.vertx = vertx;
    }

    /**
     * Takes requests when this returns.
     *
     * @param certificates for TLS
     * @throws IOException when the port cannot be had
     */
    static Entrance open(Vertx vertx, int port, Optional<ShownCertificates> certificates, Forwarder.Rules rules)
            throws IOException, InterruptedException {
        Entrance entrance = new Entrance(vertx);
        int threads = Math.min(THREADS_MAX, Runtime.getRuntime().availableProcessors());
        for (int i = 0; i < threads; i++) {
            try {
                entrance.listen(port, certificates, rules);
            } catch (IOException | InterruptedException e) {
                entrance.close();
                throw e;
            }
        }
        return entrance;
    }

    private void listen(int port, Optional<ShownCertificates> certificates, Forwarder.Rules rules)
            throws IOException, InterruptedException {
        // One each: then a request and its answer stay on their thread.
        Forwarder forwarder = new Forwarder(
                vertx.createHttpClient(
                        new HttpClientOptions()
                                .setKeepAliveTimeout(POOLED_SECONDS)
                                .setIdleTimeout(IDLE_SECONDS)
                                .setMaxHeaderSize(HEADER_BYTES_MAX)
                                .setMaxInitialLineLength(LINE_BYTES_MAX),
                        new PoolOptions().setHttp1MaxSize(POOL_MAX).setMaxWaitQueueSize(WAITING_MAX)),
                rules,
                port);
        HttpServer server = vertx.createHttpServer(options(port, certificates))
                .connectionHandler(connection -> {
                    connection.closeHandler(_ -> connections.decrementAndGet());
                    if (connections.incrementAndGet() > CONNECTIONS_MAX) {
                        log.debug("{} connections are served already; one more is refused", CONNECTIONS_MAX);
                        connection.close();
                    }
                })
                .requestHandler(forwarder::take)
                .exceptionHandler(failure -> log.debug("a connection failed before its request", failure));
        servers.add(server);
        await(server.listen(), "cannot listen on port " + port);
    }

    private static HttpServerOptions options(int port, Optional<ShownCertificates> certificates) {
        HttpServerOptions options = new HttpServerOptions()
                .setHost("0.0.0.0")
                .setPort(port)
                .setMaxHeaderSize(HEADER_BYTES_MAX)
                .setMaxInitialLineLength(LINE_BYTES_MAX)
                .setIdleTimeout(IDLE_SECONDS)
                .setHandle100ContinueAutomatically(true)
                .setHttp2ClearTextEnabled(false)
                .setDecompressionSupported(false)
                .setCompressionSupported(false);
        certificates.ifPresent(
                shown -> options.setSsl(true).setUseAlpn(true).setKeyCertOptions(KeyCertOptions.wrap(shown)));
        return options;
    }

    /** Those that are served at the moment are cut off. */
    void close() {
        for (HttpServer server : servers) {
            try {
                await(server.close(), "cannot stop listening");
            } catch (IOException e) {
                log.warn("a server of the ingress did not stop cleanly: {}", e.getMessage());
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            }
        }
        servers.clear();
    }

    private static <T> T await(Future<T> future, String complaint) throws IOException, InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(LISTEN_WITHIN.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(complaint + ": " + String.valueOf(e.getCause()), e);
        } catch (TimeoutException e) {
            throw new IOException(complaint + ": it took more than " + LISTEN_WITHIN.toSeconds() + " s", e);
        }
    }
}
