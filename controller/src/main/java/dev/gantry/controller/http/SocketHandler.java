package dev.gantry.controller.http;

/** Serves a WebSocket, for example of an exec session. Its thread is interrupted when the client goes. */
@FunctionalInterface
public interface SocketHandler {

    void handle(HttpRequest request, Socket socket) throws InterruptedException, ClientGoneException;
}
