package dev.gantry.controller.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A WebSocket of Vert.x behind blocking calls. */
final class VertxSocket implements Socket {

    // The event loop stops reading at the first bound; what a single read brings on top must fit below the second.
    private static final int PAUSE_AT_MESSAGES = 16;
    private static final int MESSAGES_MAX = 4096;

    private sealed interface Event {
        record Came(Message message) implements Event {}

        record Closed() implements Event {}
    }

    private final Exchange exchange;
    private final Context context;
    private final HttpServerRequest request;
    private final Duration writeTime;
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>(MESSAGES_MAX + 1);
    private volatile @Nullable ServerWebSocket socket;

    VertxSocket(Exchange exchange, Context context, HttpServerRequest request, Duration writeTime) {
        this.exchange = exchange;
        this.context = context;
        this.request = request;
        this.writeTime = writeTime;
    }

    @Override
    public void accept() throws InterruptedException, ClientGoneException {
        if (!exchange.begin()) {
            throw new IllegalStateException("the request is answered");
        }
        CompletableFuture<Void> open = new CompletableFuture<>();
        context.runOnContext(_ -> {
            if (!request.canUpgradeToWebSocket()) {
                open.completeExceptionally(new ClientGoneException("the client does not ask for a WebSocket"));
                request.connection().close();
                return;
            }
            request.toWebSocket().onComplete(upgraded -> {
                if (upgraded.succeeded()) {
                    listen(upgraded.result());
                    open.complete(null);
                } else {
                    open.completeExceptionally(upgraded.cause());
                }
            });
        });
        VertxStream.Waiting.forClient(open, writeTime);
    }

    @Override
    public void refuse(HttpResponse answer) {
        if (!exchange.answer(answer)) {
            throw new IllegalStateException("the socket is open");
        }
    }

    @Override
    public Optional<Message> receive(Duration atMost) throws InterruptedException, ClientGoneException {
        Event event = events.poll(atMost.toMillis(), TimeUnit.MILLISECONDS);
        ServerWebSocket open = open();
        if (events.size() < PAUSE_AT_MESSAGES) {
            context.runOnContext(_ -> open.resume());
        }
        return switch (event) {
            case null -> Optional.empty();
            case Event.Came(Message message) -> Optional.of(message);
            case Event.Closed() -> {
                events.add(event);
                throw new ClientGoneException("the client closed the socket");
            }
        };
    }

    @Override
    public void sendText(String text) throws InterruptedException, ClientGoneException {
        send(open -> open.writeTextMessage(text));
    }

    @Override
    public void sendBinary(byte[] bytes) throws InterruptedException, ClientGoneException {
        send(open -> open.writeBinaryMessage(Buffer.buffer(bytes)));
    }

    @Override
    public void close(int code, String reason) {
        ServerWebSocket open = socket;
        if (open != null) {
            context.runOnContext(_ -> open.close((short) code, reason));
        } else if (!exchange.answered()) {
            exchange.refuse(Refusal.FAILED);
        }
    }

    private void send(Function<ServerWebSocket, Future<Void>> message)
            throws InterruptedException, ClientGoneException {
        ServerWebSocket open = open();
        CompletableFuture<Void> sent = new CompletableFuture<>();
        context.runOnContext(_ -> {
            if (open.isClosed()) {
                sent.completeExceptionally(new ClientGoneException("the client closed the socket"));
                return;
            }
            message.apply(open).onComplete(result -> {
                if (result.succeeded()) {
                    sent.complete(null);
                } else {
                    sent.completeExceptionally(result.cause());
                }
            });
        });
        VertxStream.Waiting.forClient(sent, writeTime);
    }

    private void listen(ServerWebSocket opened) {
        socket = opened;
        opened.textMessageHandler(text -> came(opened, new Message.Text(text)));
        opened.binaryMessageHandler(bytes -> came(opened, new Message.Binary(Body.of(bytes.getBytes()))));
        // A client that vanished answers no farewell: the connection ends without waiting for one.
        opened.exceptionHandler(
                _ -> opened.close().onComplete(_ -> request.connection().close()));
        opened.closeHandler(_ -> {
            events.add(new Event.Closed());
            exchange.interruptServer();
        });
    }

    private void came(ServerWebSocket opened, Message message) {
        // One place is kept for the end of the socket.
        if (events.remainingCapacity() <= 1) {
            opened.close((short) 1008, "too many messages at once");
            return;
        }
        events.add(new Event.Came(message));
        if (events.size() >= PAUSE_AT_MESSAGES) {
            opened.pause();
        }
    }

    private ServerWebSocket open() {
        ServerWebSocket open = socket;
        if (open == null) {
            throw new IllegalStateException("the socket was not accepted");
        }
        return open;
    }
}
