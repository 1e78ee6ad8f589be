package dev.gantry.controller.http;

/** Answers whole requests. Each call has a virtual thread of its own, so that it may block. */
@FunctionalInterface
public interface Handler extends Voice {

    /** An exception of any kind becomes a refusal with a request id; it is logged once. */
    HttpResponse handle(HttpRequest request) throws InterruptedException;
}
