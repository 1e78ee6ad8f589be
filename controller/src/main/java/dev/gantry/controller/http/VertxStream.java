package dev.gantry.controller.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** A chunked response. Each write waits until the event loop has given it to the operating system. */
final class VertxStream implements ResponseStream {

    private final Exchange exchange;
    private final Context context;
    private final HttpServerResponse response;
    private final Duration writeTime;
    private volatile boolean gone;
    private boolean begun;

    VertxStream(Exchange exchange, Context context, HttpServerResponse response, Duration writeTime) {
        this.exchange = exchange;
        this.context = context;
        this.response = response;
        this.writeTime = writeTime;
        response.closeHandler(_ -> {
            gone = true;
            exchange.interruptServer();
        });
    }

    @Override
    public void answer(HttpResponse answer) {
        if (!exchange.answer(answer)) {
            throw new IllegalStateException("the stream has begun");
        }
    }

    @Override
    public void begin(int status, Headers headers) {
        if (!exchange.begin()) {
            throw new IllegalStateException("the request is answered");
        }
        begun = true;
        context.runOnContext(_ -> {
            if (!response.closed()) {
                Exchange.writeHead(response.setChunked(true), status, headers);
                // A client that waits for the first line must see that the stream has begun.
                response.writeHead();
            }
        });
    }

    @Override
    public void write(byte[] bytes) throws InterruptedException, ClientGoneException {
        if (!begun) {
            throw new IllegalStateException("the stream has not begun");
        }
        CompletableFuture<Void> written = new CompletableFuture<>();
        context.runOnContext(_ -> {
            if (response.closed()) {
                written.completeExceptionally(new ClientGoneException("the client closed the connection"));
            } else {
                response.write(Buffer.buffer(bytes)).onComplete(result -> {
                    if (result.succeeded()) {
                        written.complete(null);
                    } else {
                        written.completeExceptionally(result.cause());
                    }
                });
            }
        });
        Waiting.forClient(written, writeTime);
    }

    @Override
    public boolean gone() {
        return gone;
    }

    void end() {
        if (begun) {
            context.runOnContext(_ -> {
                if (!response.closed()) {
                    response.end().onComplete(_ -> exchange.ended());
                }
            });
        } else if (!exchange.answered()) {
            exchange.refuse(Refusal.FAILED);
        }
    }

    /** Breaks the connection off, so that the client does not take what it has for the whole. */
    void abort() {
        exchange.closeConnection();
    }

    /** Waiting for what the event loop does for a client. */
    static final class Waiting {

        private Waiting() {}

        static void forClient(CompletableFuture<Void> done, Duration atMost)
                throws InterruptedException, ClientGoneException {
            try {
                done.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
            } catch (ExecutionException e) {
                throw new ClientGoneException("the client closed the connection: " + e.getCause());
            } catch (TimeoutException _) {
                throw new ClientGoneException("the client has not read for " + atMost.toSeconds() + " s");
            }
        }
    }
}
