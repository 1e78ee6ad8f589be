package dev.gantry.controller.http;

/** Serves a connection that ceases to speak HTTP, for example of an exec session. Its thread is interrupted when the client goes. */
@FunctionalInterface
public interface SocketHandler extends Voice {

    void handle(HttpRequest request, Socket socket) throws InterruptedException, ClientGoneException;
}
