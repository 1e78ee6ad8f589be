package dev.gantry.controller.http;

/** A whole answer. The length and the date are added on the way out. */
public record HttpResponse(int status, Headers headers, Body body) {

    public static HttpResponse text(int status, String text) {
        return new HttpResponse(status, Headers.of("Content-Type", "text/plain; charset=utf-8"), Body.of(text));
    }

    public static HttpResponse json(int status, String json) {
        return new HttpResponse(status, Headers.of("Content-Type", "application/json"), Body.of(json));
    }

    public HttpResponse with(String name, String value) {
        return new HttpResponse(status, headers.with(name, value), body);
    }
}
