package dev.gantry.controller.http;

import java.time.Duration;
import java.util.Optional;

/**
 * A connection that ceases to speak HTTP: a WebSocket, or bytes of another protocol, which come and go as binary messages of any size. It
 * is not open before {@link #accept}, so that a handler can refuse first.
 */
public interface Socket {

    /** One message of the client, put together from its frames; of other protocols than WebSockets what came at once. */
    sealed interface Message {
        record Text(String text) implements Message {}

        record Binary(Body body) implements Message {}
    }

    /** Opens the socket. */
    default void accept() throws InterruptedException, ClientGoneException {
        accept(Headers.NONE);
    }

    /**
     * Opens the socket.
     *
     * @param answer what the answer that opens it says besides
     */
    void accept(Headers answer) throws InterruptedException, ClientGoneException;

    /** Answers with an ordinary response, in place of {@link #accept}. */
    void refuse(HttpResponse answer);

    /**
     * Waits for the next message.
     *
     * @return nothing when none came in that time
     * @throws ClientGoneException when the client closed the socket and every message has been received
     */
    Optional<Message> receive(Duration atMost) throws InterruptedException, ClientGoneException;

    /** Waits while the client reads slowly. */
    void sendText(String text) throws InterruptedException, ClientGoneException;

    /** Waits while the client reads slowly. */
    void sendBinary(byte[] bytes) throws InterruptedException, ClientGoneException;

    /** @param code of RFC 6455, 1000 for a normal end; the edge closes with it when the handler just returns. Others than WebSockets just end. */
    void close(int code, String reason);
}
