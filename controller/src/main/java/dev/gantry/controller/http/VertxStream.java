package dev.gantry.controller.http;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A chunked response. A write waits while more than a little of what was written before it has not been given to the
 * operating system: to wait for each of them would wake the writer once more for every line.
 */
final class VertxStream implements ResponseStream {

    private static final int UNDER_WAY_MAX = 16 << 10;

    /** What the event loop has been given to send. */
    private record Piece(int bytes, CompletableFuture<Void> written) {}

    private final Exchange exchange;
    private final Context context;
    private final HttpServerResponse response;
    private final Duration writeTime;
    private final Deque<Piece> underWay = new ArrayDeque<>();
    private int bytesUnderWay;
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
        underWay.add(new Piece(bytes.length, written));
        bytesUnderWay += bytes.length;
        Piece first = underWay.peek();
        while (first != null
                && (bytesUnderWay > UNDER_WAY_MAX || first.written().isDone())) {
            Waiting.forClient(first.written(), writeTime);
            bytesUnderWay -= first.bytes();
            underWay.remove();
            first = underWay.peek();
        }
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
