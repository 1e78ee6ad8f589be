package dev.gantry.agent.metadata;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes what containers ask over HTTP, within bounds, and has it answered on threads that may wait. */
final class Door implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Door.class);
    private static final int CONNECTIONS_MAX = 1024;
    private static final int ANSWERS_AT_ONCE_MAX = 64;
    private static final int HEADER_BYTES_MAX = 16 << 10;
    private static final int LINE_BYTES_MAX = 4 << 10;
    private static final int BODY_BYTES_MAX = 8 << 10;
    private static final int IDLE_SECONDS = 30;
    private static final Duration LISTEN_WITHIN = Duration.ofSeconds(10);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Answers one request. */
    interface Clerk {
        Reply answer(Call call) throws InterruptedException;
    }

    /**
     * One request.
     *
     * @param from address of whoever asks
     */
    record Call(String method, String path, String from, String body) {}

    private final Vertx vertx;
    private final Clerk clerk;
    private final Semaphore room = new Semaphore(ANSWERS_AT_ONCE_MAX);
    private final AtomicInteger connections = new AtomicInteger();
    private @Nullable HttpServer server;

    private Door(Vertx vertx, Clerk clerk) {
        this.vertx = vertx;
        this.clerk = clerk;
    }

    /** Takes requests when this returns. */
    static Door open(String address, Clerk clerk) throws IOException, InterruptedException {
        Vertx vertx = Vertx.vertx(new VertxOptions()
                .setUseDaemonThread(true)
                .setEventLoopPoolSize(1)
                // Nothing is served from files, so that it needs no cache directory.
                .setFileSystemOptions(
                        new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        Door door = new Door(vertx, clerk);
        try {
            door.listen(address);
            return door;
        } catch (IOException | InterruptedException e) {
            door.close();
            throw e;
        }
    }

    private void listen(String address) throws IOException, InterruptedException {
        HttpServerOptions options = new HttpServerOptions()
                .setHost(address)
                .setPort(0)
                .setMaxHeaderSize(HEADER_BYTES_MAX)
                .setMaxInitialLineLength(LINE_BYTES_MAX)
                .setIdleTimeout(IDLE_SECONDS)
                .setHandle100ContinueAutomatically(true)
                .setHttp2ClearTextEnabled(false)
                .setDecompressionSupported(false);
        server = await(
                vertx.createHttpServer(options)
                        .connectionHandler(connection -> {
                            connection.closeHandler(_ -> connections.decrementAndGet());
                            if (connections.incrementAndGet() > CONNECTIONS_MAX) {
                                connection.close();
                            }
                        })
                        .requestHandler(this::take)
                        .exceptionHandler(failure -> LOG.debug("a connection failed before its request", failure))
                        .listen(),
                "cannot listen at " + address);
    }

    int port() {
        HttpServer open = server;
        return open == null ? 0 : open.actualPort();
    }

    private void take(HttpServerRequest request) {
        Buffer body = Buffer.buffer();
        request.handler(part -> {
            if (body.length() <= BODY_BYTES_MAX) {
                body.appendBuffer(part);
            }
        });
        request.exceptionHandler(failure -> LOG.debug("a request ended before its end", failure));
        request.endHandler(_ -> {
            if (body.length() > BODY_BYTES_MAX) {
                tell(request, Reply.failure(413, "the body has more than " + BODY_BYTES_MAX + " bytes"));
            } else if (room.tryAcquire()) {
                handOver(request, body.toString());
            } else {
                tell(request, Reply.failure(429, "too many questions at once; ask again later"));
            }
        });
    }

    private void handOver(HttpServerRequest request, String body) {
        Context context = vertx.getOrCreateContext();
        String from = request.remoteAddress().hostAddress();
        Call call = new Call(request.method().name(), String.valueOf(request.path()), from, body);
        Thread.ofVirtual().name("task-question").start(() -> {
            try {
                Reply reply = clerk.answer(call);
                context.runOnContext(_ -> tell(request, reply));
            } catch (InterruptedException _) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                LOG.error("A question of {} at {} failed", call.from(), Passes.hidden(call.path()), e);
                context.runOnContext(_ -> tell(request, Reply.failure(500, "this is a bug of the agent: see its log")));
            } finally {
                room.release();
            }
        });
    }

    private static void tell(HttpServerRequest request, Reply reply) {
        if (request.response().ended() || request.response().closed()) {
            return;
        }
        try {
            request.response()
                    .setStatusCode(reply.status())
                    .putHeader("Content-Type", "application/json")
                    .end(Buffer.buffer(JSON.writeValueAsBytes(reply.body())))
                    .onFailure(failure -> LOG.debug("an answer was not heard", failure));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree can always be written", e);
        }
    }

    @Override
    public void close() {
        try {
            await(vertx.close(), "the server of tasks' questions does not stop");
        } catch (IOException e) {
            LOG.warn("{}", e.getMessage());
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    private static <T> T await(Future<T> future, String complaint) throws IOException, InterruptedException {
        try {
            return future.toCompletionStage().toCompletableFuture().get(LISTEN_WITHIN.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new IOException(complaint + ": " + e.getCause(), e);
        } catch (TimeoutException e) {
            throw new IOException(complaint + ": it took more than " + LISTEN_WITHIN.toSeconds() + " s", e);
        }
    }
}
