package dev.gantry.controller.http;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A connection of Vert.x that ceases to speak HTTP, behind blocking calls. */
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
    private final String protocol;
    private final Duration writeTime;
    private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>(MESSAGES_MAX + 1);
    private volatile @Nullable Wire wire;

    /** @param protocol that the client asks for, by the name that {@link Routes} knows it by */
    VertxSocket(Exchange exchange, Context context, HttpServerRequest request, String protocol, Duration writeTime) {
        this.exchange = exchange;
        this.context = context;
        this.request = request;
        this.protocol = protocol;
        this.writeTime = writeTime;
    }

    @Override
    public void accept(Headers answer) throws InterruptedException, ClientGoneException {
        if (!exchange.begin()) {
            throw new IllegalStateException("the request is answered");
        }
        CompletableFuture<Void> open = new CompletableFuture<>();
        context.runOnContext(_ -> {
            upgrade(answer).onComplete(upgraded -> {
                if (upgraded.succeeded()) {
                    listen(upgraded.result());
                    open.complete(null);
                } else {
                    open.completeExceptionally(upgraded.cause());
                    request.connection().close();
                }
            });
        });
        VertxStream.Waiting.forClient(open, writeTime);
    }

    private Future<Wire> upgrade(Headers answer) {
        if (!protocol.equals(Routes.WEB_SOCKET)) {
            return ByteWire.open(context.owner(), request, protocol, answer);
        }
        if (request.canUpgradeToWebSocket()) {
            return WebSocketWire.open(request, answer);
        }
        return Future.failedFuture(new ClientGoneException("the client does not ask for a WebSocket"));
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
        Wire open = open();
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
        send(open -> open.writeText(text));
    }

    @Override
    public void sendBinary(byte[] bytes) throws InterruptedException, ClientGoneException {
        send(open -> open.writeBinary(Buffer.buffer(bytes)));
    }

    @Override
    public void close(int code, String reason) {
        Wire open = wire;
        if (open != null) {
            context.runOnContext(_ -> open.close(code, reason));
        } else if (!exchange.answered()) {
            exchange.refuse(Refusal.FAILED);
        }
    }

    private void send(Function<Wire, Future<Void>> message) throws InterruptedException, ClientGoneException {
        Wire open = open();
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
        try {
            VertxStream.Waiting.forClient(sent, writeTime);
        } catch (ClientGoneException e) {
            // Whoever waits for something from a client that reads nothing learns of it by the end.
            context.runOnContext(_ -> Connections.cut(request.connection()));
            throw e;
        }
    }

    private void listen(Wire opened) {
        wire = opened;
        opened.listen(message -> came(opened, message), () -> {
            events.add(new Event.Closed());
            exchange.interruptServer();
        });
    }

    private void came(Wire opened, Message message) {
        // One place is kept for the end of the socket.
        if (events.remainingCapacity() <= 1) {
            opened.close(1008, "too many messages at once");
            return;
        }
        events.add(new Event.Came(message));
        if (events.size() >= PAUSE_AT_MESSAGES) {
            opened.pause();
        }
    }

    private Wire open() {
        Wire open = wire;
        if (open == null) {
            throw new IllegalStateException("the socket was not accepted");
        }
        return open;
    }
}
