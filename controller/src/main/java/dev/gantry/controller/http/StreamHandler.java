package dev.gantry.controller.http;

/** Answers with a stream, for example of log lines. Has no deadline; its thread is interrupted when the client goes. */
@FunctionalInterface
public interface StreamHandler extends Voice {

    void handle(HttpRequest request, ResponseStream stream) throws InterruptedException, ClientGoneException;
}
